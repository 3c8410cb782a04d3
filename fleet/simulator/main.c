/* SPDX-License-Identifier: Apache-2.0 */
/*
 * skerry-simulate-devices: many devices in one process, for load tests and for looking at a fleet
 * before there is one.  Each says that it is simulated.
 */
#include "device.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static const char usage[] =
    "usage: skerry simulate-devices --service ADDRESS:PORT --trust FILE [options]\n"
    "\n"
    "  --service ADDR:PORT  where the fleet service listens for devices\n"
    "  --trust FILE         the certificate it is known by\n"
    "  --host NAME          the name its certificate is for (default: the address)\n"
    "  --count N            devices (default: 10)\n"
    "  --token SECRET       enrolment token, for devices that are not known yet\n"
    "  --name NAME          they are called NAME-0001 and so on (default: sim)\n"
    "  --seed TEXT          their keys come from this: the same text, the same devices\n"
    "  --release VERSION    what they run at first (default: nothing)\n"
    "  --arch ARCH          aarch64 or riscv64 (default: aarch64)\n"
    "  --fall-back PERCENT  so many upgrades do not boot well (default: 0)\n"
    "  --telemetry MS       between readings; 0: none (default: 5000)\n"
    "  --restart MS         a restart takes about so long (default: 2000)\n"
    "  --rate N             connects a second at the start (default: 200)\n"
    "  --seconds N          end after so long (default: until Ctrl-C)\n";

struct options {
    const char *service;
    const char *trust;
    const char *host;
    const char *seed;
    const char *release;
    uint32_t count;
    uint32_t rate;
    uint32_t seconds;
};

static struct simulation simulation = {
    .token = "", .name = "sim", .architecture = "aarch64", .telemetry_ms = 5000,
    .restart_ms = 2000};
static struct net net;
static struct timer report_timer;
static struct timer end_timer;

static bool read_options(int count, char **words, struct options *options)
{
    static const struct option known[] = {
        {"service", required_argument, NULL, 's'},   {"trust", required_argument, NULL, 't'},
        {"host", required_argument, NULL, 'h'},      {"count", required_argument, NULL, 'c'},
        {"token", required_argument, NULL, 'k'},     {"name", required_argument, NULL, 'n'},
        {"seed", required_argument, NULL, 'e'},      {"release", required_argument, NULL, 'r'},
        {"arch", required_argument, NULL, 'a'},      {"fall-back", required_argument, NULL, 'f'},
        {"telemetry", required_argument, NULL, 'm'}, {"restart", required_argument, NULL, 'b'},
        {"rate", required_argument, NULL, 'p'},      {"seconds", required_argument, NULL, 'x'},
        {0},
    };
    int option;

    while ((option = getopt_long(count, words, "", known, NULL)) != -1) {
        switch (option) {
        case 's': options->service = optarg; break;
        case 't': options->trust = optarg; break;
        case 'h': options->host = optarg; break;
        case 'c': options->count = (uint32_t)strtoul(optarg, NULL, 10); break;
        case 'k': simulation.token = optarg; break;
        case 'n': simulation.name = optarg; break;
        case 'e': options->seed = optarg; break;
        case 'r': options->release = optarg; break;
        case 'a': simulation.architecture = optarg; break;
        case 'f': simulation.fall_back_percent = (unsigned)strtoul(optarg, NULL, 10); break;
        case 'm': simulation.telemetry_ms = strtoul(optarg, NULL, 10); break;
        case 'b': simulation.restart_ms = strtoul(optarg, NULL, 10); break;
        case 'p': options->rate = (uint32_t)strtoul(optarg, NULL, 10); break;
        case 'x': options->seconds = (uint32_t)strtoul(optarg, NULL, 10); break;
        default: return false;
        }
    }
    return optind == count && options->service != NULL && options->trust != NULL &&
           options->count > 0 && options->rate > 0;
}

/* Takes ADDRESS:PORT apart; IPv4 only. */
static bool find_service(struct service *service, const struct options *options)
{
    static char address[64];
    const char *colon = strrchr(options->service, ':');
    struct sockaddr_in *at = (struct sockaddr_in *)(void *)&service->address;

    if (colon == NULL || (size_t)(colon - options->service) >= sizeof(address))
        return false;
    snprintf(address, sizeof(address), "%.*s", (int)(colon - options->service), options->service);
    at->sin_family = AF_INET;
    at->sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
    service->address_size = sizeof(*at);
    service->host = options->host != NULL ? options->host : address;
    service->net = &net;
    snprintf(simulation.host_header, sizeof(simulation.host_header), "%s%s", service->host, colon);
    return inet_pton(AF_INET, address, &at->sin_addr) == 1;
}

static void report(struct timer *timer)
{
    printf("simulated devices: %u connected, %llu connects, %llu refusals, %llu upgrades, "
           "%llu fallbacks, %llu bytes fetched\n",
           simulation.connected, (unsigned long long)simulation.connects,
           (unsigned long long)simulation.refusals, (unsigned long long)simulation.upgrades,
           (unsigned long long)simulation.fallbacks,
           (unsigned long long)simulation.bytes_fetched);
    timer_start(net.loop, timer, 1000);
}

static void end(struct timer *timer)
{
    (void)timer;
    loop_stop(net.loop);
}

static void stop(int signal_number)
{
    (void)signal_number;
    loop_stop(net.loop);
}

static void settle(void *owner)
{
    net_flush(owner);
}

static void prepare_process(void)
{
    struct sigaction action = {.sa_handler = stop};
    struct rlimit files;

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

static int simulate(const struct options *options)
{
    struct device *devices = calloc(options->count, sizeof(*devices));
    struct loop *loop = loop_create();

    if (devices == NULL || loop == NULL)
        return EXIT_FAILURE;
    net_init(&net, loop);
    loop_on_settle(loop, settle, &net);
    for (uint32_t i = 0; i < options->count; i++) {
        device_init(&devices[i], &simulation, options->seed, i + 1, options->release);
        device_start(&devices[i], (uint64_t)i * 1000 / options->rate);
    }
    report_timer.fire = report;
    timer_start(loop, &report_timer, 1000);
    end_timer.fire = end;
    if (options->seconds > 0)
        timer_start(loop, &end_timer, (uint64_t)options->seconds * 1000);
    loop_run(loop);
    free(devices);
    return EXIT_SUCCESS;
}

int main(int count, char **words)
{
    struct options options = {.seed = "skerry", .release = "", .count = 10, .rate = 200};

    if (!read_options(count, words, &options) || sodium_init() < 0 ||
        !find_service(&simulation.service, &options)) {
        fputs(usage, stderr);
        return EXIT_FAILURE;
    }
    prepare_process();
    simulation.service.tls = client_tls(options.trust);
    return simulation.service.tls != NULL ? simulate(&options) : EXIT_FAILURE;
}
