/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words, each with its request.
 */
#include "verbs.h"

#include <stddef.h>

static const char rollout_columns[] =
    "id,version,deployment_name,phase,devices,booted_well,open,pending,fell_back,failed,lost,"
    "reason";

const struct verb verbs[] = {
    {"device", "list", "GET", "devices", "search,state,deployment#,limit#",
     "id,name,is_online,version,deployment_name,admission,is_simulated", "devices, by name"},
    {"device", "show", "GET", "devices/{}", "", NULL, "one, and why it does or does not upgrade"},
    {"device", "add", "POST", "devices", "name,key,deployment#", NULL, "enter a device by its key"},
    {"device", "change", "POST", "devices/{}", "name,deployment#", NULL, "rename or move it"},
    {"device", "accept", "POST", "devices/{}/accept", "", NULL, "accept it out of the queue"},
    {"device", "revoke", "POST", "devices/{}/revoke", "", NULL, "shut it out"},
    {"device", "remove", "DELETE", "devices/{}", "", NULL, "forget it"},
    {"device", "restart", "POST", "devices/{}/restart", "app", NULL, "restart its apps, or one"},
    {"device", "inspect", "POST", "devices/{}/inspect", "", NULL, "ask it what runs"},
    {"device", "activity", "GET", "devices/{}/activity", "", "time,text", "what happened to it"},
    {"device", "follow", "POST", "devices/{}/logs", "follow!", NULL, "have it send its log"},
    {"device", "logs", "GET", "devices/{}/logs", "after#", "time,app,text", "its log"},
    {"device", "telemetry", "GET", "devices/{}/telemetry", "since#", "time,series,value",
     "its readings"},
    {"project", "list", "GET", "projects", "", "id,name", "the projects"},
    {"project", "add", "POST", "projects", "name", NULL, "a new one"},
    {"project", "root", "POST", "projects/{}/root", "root@", NULL,
     "give it its trusted root; it then takes signed releases only"},
    {"deployment", "list", "GET", "deployments", "",
     "id,name,project_name,online,devices,version,rollout", "the deployments"},
    {"deployment", "add", "POST", "deployments", "project#,name", NULL, "a new one"},
    {"release", "list", "GET", "releases", "",
     "id,version,project_name,architecture,size,files,author,notes", "the newest releases"},
    {"release", "show", "GET", "releases/{}", "", NULL, "one, with its files and graph"},
    {"release", "upload", "UPLOAD", "releases", "project#,version,notes", NULL,
     "a new one out of a .tar.gz"},
    {"release", "difference", "GET", "releases/{}/difference", "from#", NULL,
     "what it changes from another"},
    {"rollout", "list", "GET", "rollouts", "", rollout_columns, "the newest roll-outs"},
    {"rollout", "show", "GET", "rollouts/{}", "", NULL, "one of them"},
    {"rollout", "devices", "GET", "rollouts/{}/devices", "",
     "id,name,state,version,bytes_done,bytes_total,reason", "its devices"},
    {"rollout", "start", "POST", "rollouts",
     "deployment#,release#,stages,at_once#,failures_percent#,fallbacks_max#,unseen_minutes#", NULL,
     "send a release to a deployment"},
    {"rollout", "pause", "POST", "rollouts/{}/pause", "", NULL, "pause it"},
    {"rollout", "resume", "POST", "rollouts/{}/resume", "retry!", NULL, "go on"},
    {"rollout", "abort", "POST", "rollouts/{}/abort", "", NULL, "end it for good"},
    {"enrolment", "list", "GET", "enrolment-tokens", "",
     "id,name,deployment_name,uses_left,is_queued", "tokens that devices enrol by"},
    {"enrolment", "add", "POST", "enrolment-tokens",
     "deployment#,name,uses#,days#,needs_acceptance!", NULL, "a new one; its secret is told once"},
    {"enrolment", "remove", "DELETE", "enrolment-tokens/{}", "", NULL, "remove one"},
    {"member", "list", "GET", "members", "", "id,email,role", "the organisation's people"},
    {"member", "change", "POST", "members/{}", "role", NULL, "give one another role"},
    {"member", "remove", "DELETE", "members/{}", "", NULL, "remove one"},
    {"token", "list", "GET", "tokens", "", "id,name,role,expires", "your tokens"},
    {"token", "remove", "DELETE", "tokens/{}", "", NULL, "remove one"},
    {"audit", "list", "GET", "audit", "before#", "number,time,actor,action,object,hash",
     "who did what"},
    {NULL, NULL, NULL, NULL, NULL, NULL, NULL},
};
