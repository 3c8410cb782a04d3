// SPDX-License-Identifier: Apache-2.0
// The service's programming interface, which is all that this program uses.

export interface Me {
    organisation: string;
    email: string;
    role: string;
    csrf: string;
}

export interface Overview {
    devices: number;
    online: number;
    waiting: number;
    simulated: number;
    releases: number;
    rollouts_running: number;
    rollouts_paused: number;
}

export interface Project {
    id: number;
    name: string;
    is_signed: boolean;
}

export interface Deployment {
    id: number;
    name: string;
    project: number;
    project_name: string;
    devices: number;
    online: number;
    rollout: number | null;
    version: string | null;
}

export interface Device {
    id: number;
    name: string;
    deployment: number;
    deployment_name: string;
    is_online: boolean;
    is_simulated: boolean;
    is_well: boolean;
    seen: number | null;
    version: string;
    architecture: string;
    admission: "waiting" | "accepted" | "revoked";
}

export interface App {
    name: string;
    state: string;
    restarts: number;
    memory: number;
    is_server: boolean;
}

export interface Connection {
    client: string;
    server: string;
    protocol: string;
}

export interface DeviceDetail extends Device {
    project_name: string;
    generation: number;
    system: string;
    key: string;
    created: number;
    booted: number | null;
    inspected: number | null;
    upgrade: string;
    inspection: {
        release: string;
        memory_free: number;
        apps: App[];
        connections: Connection[];
    } | null;
}

export interface Sample {
    series: string;
    time: number;
    value: number;
}

export interface LogLine {
    id: number;
    time: number;
    app: string;
    text: string;
}

export interface Activity {
    id: number;
    time: number;
    text: string;
}

export interface ReleaseFile {
    path: string;
    hash: string;
    size: number;
}

export interface Release {
    id: number;
    project: number;
    project_name: string;
    version: string;
    notes: string;
    architecture: string;
    system: string;
    size: number;
    created: number;
    author: string;
    is_signed: boolean;
}

export interface GraphParts {
    apps: { name: string; memory: number }[];
    connections: (Connection & { via: string })[];
    devices: { app: string; device: string; has_dma: boolean }[];
    powers: { app: string; may: string }[];
}

export interface ReleaseDetail extends Release {
    files: ReleaseFile[];
    graph: GraphParts;
}

export interface Difference {
    gained: GraphParts;
    lost: GraphParts;
    files: { change: string; path: string; size?: number; size_before?: number }[];
    bytes_to_send: number;
}

export interface Rollout {
    id: number;
    deployment: number;
    deployment_name: string;
    release: number;
    version: string;
    phase: "running" | "paused" | "aborted" | "replaced";
    reason: string;
    stages: string;
    stage: number;
    at_once: number;
    failures_percent: number;
    fallbacks_max: number;
    unseen_minutes: number;
    created: number;
    author: string;
    devices: number;
    pending: number;
    open: number;
    booted_well: number;
    fell_back: number;
    failed: number;
    lost: number;
}

export interface RolloutDevice {
    id: number;
    name: string;
    is_online: boolean;
    is_simulated: boolean;
    version: string;
    state: string;
    bytes_done: number;
    bytes_total: number;
    reason: string;
    changed: number;
}

export interface EnrolmentToken {
    id: number;
    name: string;
    deployment_name: string;
    uses_left: number;
    created: number;
    expires: number;
    is_queued: boolean;
}

export interface Member {
    id: number;
    email: string;
    role: string;
    created: number;
}

export interface Token {
    id: number;
    name: string;
    role: string;
    created: number;
    expires: number;
}

export interface AuditEntry {
    number: number;
    time: number;
    actor: string;
    action: string;
    object: string;
    hash: string;
}

/** What the service refused, in its own words. */
export class Refusal extends Error {
    constructor(
        readonly status: number,
        problem: string,
    ) {
        super(problem);
    }
}

let csrf = "";

export function useCsrf(value: string): void {
    csrf = value;
}

async function send<T>(method: string, path: string, body?: BodyInit): Promise<T> {
    const response = await fetch(`/api/v1/${path}`, {
        method,
        body,
        headers: method === "GET" ? {} : { "X-CSRF-Token": csrf },
    }).catch(() => {
        throw new Refusal(0, "The service cannot be reached.");
    });
    const answer = await response.json();
    if (!response.ok) throw new Refusal(response.status, answer.problem ?? "It failed.");
    return answer;
}

export function get<T>(path: string): Promise<T> {
    return send("GET", path);
}

export function post<T = object>(path: string, body: object = {}): Promise<T> {
    return send("POST", path, JSON.stringify(body));
}

export function remove(path: string): Promise<object> {
    return send("DELETE", path);
}

export function upload(path: string, file: File): Promise<{ id: number }> {
    return send("POST", path, file);
}
