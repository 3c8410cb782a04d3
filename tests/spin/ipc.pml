/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spin model of call, reply, cancel, death and time donation (kernel/object: endpoint.c, reply.c,
 * thread.c; the inlines bear those functions' names).
 *
 * Two clients call a passive server, which may call a second one before it answers.  Every kernel
 * operation is one atomic step, as under the kernel's lock.  An adversary cancels and kills what it
 * likes, a few times, between any two steps; a supervisor, as root does, tears down what belonged
 * to a server that is gone.
 *
 * Checked: a call ends exactly once; no caller waits for ever (it would be a process that is not at
 * its end); a late reply changes nothing; once a call has ended its server no longer runs on the
 * caller's time, and a server that waits runs on its own.
 *
 * Planted mistakes, each of which must be found: TWO_ENDS (a cancelled call can still be answered),
 * FORGET_CALLER (a dying server leaves its caller), FORGET_QUEUE (a dying endpoint leaves who
 * queues there), KEEP_TIME (a call that ends otherwise leaves the server on the caller's time).
 */
#define ATTACKS 2
#define THREADS 4
#define CLIENT_A 0
#define CLIENT_B 1
#define SERVER 2            /* receives on endpoint 0 with reply 0 */
#define HELPER 3            /* on endpoint 1 with reply 1 */
#define NONE 7

mtype = { READY, SENDING, RECEIVING, CALLING, ENDED };      /* of a thread */
mtype = { NOTHING, ANSWERED, CANCELLED, PEER_GONE };        /* how a call ended */

mtype state[THREADS] = READY;
mtype result[THREADS] = NOTHING;
bool in_call[THREADS] = false;
byte waiting_on[THREADS] = NONE;    /* endpoint */
byte running_on[THREADS];           /* whose budget */
byte answer[THREADS] = NONE;        /* calling: the reply its answer comes through */
byte named[THREADS] = NONE;         /* server: the reply it named */
bool receive_failed[THREADS] = false;

bool endpoint_dead[2] = false;
bool reply_dead[2] = false;
bool reply_bound[2] = false;
byte reply_caller[2] = NONE;
byte reply_server[2] = NONE;

/* Scratch within one atomic step; zero between them, so that it adds no states. */
byte the_server, the_caller, the_reply, scan;

inline forget_scratch()
{
    the_server = 0; the_caller = 0; the_reply = 0; scan = 0
}

/* Every way out of a call passes here. */
inline end_call(t, how)
{
    assert(in_call[t]);
    assert(state[t] == CALLING || state[t] == SENDING);
    in_call[t] = false;
    result[t] = how;
    state[t] = READY;
    waiting_on[t] = NONE
}

inline use_own_time(s)
{
    running_on[s] = s
}

inline reply_release(r)
{
    the_server = reply_server[r];
    if
    :: the_server != NONE -> named[the_server] = NONE
    :: else -> skip
    fi;
    reply_server[r] = NONE;
    reply_caller[r] = NONE;
    reply_bound[r] = false
}

/* The call ends otherwise than by the server's answer: its time goes back at once. */
inline give_time_back(r)
{
#ifndef KEEP_TIME
    the_server = reply_server[r];
    the_caller = reply_caller[r];
    if
    :: the_server == NONE || the_caller == NONE -> skip
    :: else ->
        if
        :: running_on[the_server] == running_on[the_caller] -> use_own_time(the_server)
        :: else -> skip
        fi
    fi
#else
    skip
#endif
}

inline reply_lose_caller(r)
{
    give_time_back(r);
    the_caller = reply_caller[r];
    answer[the_caller] = NONE;
#ifndef TWO_ENDS
    reply_caller[r] = NONE
#endif
}

inline reply_fail(r)
{
    give_time_back(r);
    the_caller = reply_caller[r];
    reply_release(r);
    if
    :: the_caller != NONE -> answer[the_caller] = NONE; end_call(the_caller, PEER_GONE)
    :: else -> skip
    fi
}

inline deliver(t, s)
{
    the_reply = named[s];
    reply_bound[the_reply] = true;
    reply_caller[the_reply] = t;
    answer[t] = the_reply;
    state[t] = CALLING;
    waiting_on[t] = NONE;
    running_on[s] = running_on[t];
    state[s] = READY;
    waiting_on[s] = NONE
}

inline endpoint_call(t, e, s)
{
    atomic {
        assert(!in_call[t]);
        in_call[t] = true;
        result[t] = NOTHING;
        state[t] = SENDING;
        if
        :: endpoint_dead[e] -> end_call(t, PEER_GONE)
        :: else ->
            if
            :: state[s] == RECEIVING && waiting_on[s] == e -> deliver(t, s)
            :: else -> waiting_on[t] = e
            fi
        fi;
        forget_scratch()
    }
}

/* The server's own time while it waits; a queued caller is taken at once. */
inline endpoint_receive(s, e, r)
{
    atomic {
        if
        :: endpoint_dead[e] || reply_dead[r] -> receive_failed[s] = true
        :: else ->
            assert(!reply_bound[r]);
            named[s] = r;
            reply_server[r] = s;
            if
            :: state[CLIENT_A] == SENDING && waiting_on[CLIENT_A] == e -> deliver(CLIENT_A, s)
            :: state[CLIENT_B] == SENDING && waiting_on[CLIENT_B] == e -> deliver(CLIENT_B, s)
            :: s == HELPER && state[SERVER] == SENDING && waiting_on[SERVER] == e ->
                deliver(SERVER, s)
            :: else ->
                use_own_time(s);
                state[s] = RECEIVING;
                waiting_on[s] = e
            fi
        fi;
        forget_scratch()
    }
}

/* A caller that is gone, or a reply object that is: the answer is dropped. */
inline endpoint_reply(s, r)
{
    atomic {
        if
        :: reply_dead[r] || !reply_bound[r] -> skip
        :: else ->
            the_caller = reply_caller[r];
            reply_release(r);
            if
            :: the_caller == NONE -> use_own_time(s)
            :: else ->
                if
                :: running_on[s] == running_on[the_caller] -> use_own_time(s)
                :: else -> skip
                fi;
                answer[the_caller] = NONE;
                end_call(the_caller, ANSWERED)
            fi
        fi;
        forget_scratch()
    }
}

inline thread_cancel(t)
{
    if
    :: state[t] == SENDING -> end_call(t, CANCELLED)
    :: state[t] == CALLING ->
        the_reply = answer[t];
        reply_lose_caller(the_reply);
        end_call(t, CANCELLED)
    :: else -> skip
    fi;
    forget_scratch()
}

inline thread_kill(t)
{
    if
    :: state[t] == CALLING -> the_reply = answer[t]; reply_lose_caller(the_reply)
    :: else -> skip
    fi;
    if
    :: state[t] == RECEIVING -> the_reply = named[t]; reply_release(the_reply)
    :: else -> skip
    fi;
    in_call[t] = false;
    state[t] = ENDED;
    waiting_on[t] = NONE;
#ifndef FORGET_CALLER
    if
    :: named[t] != NONE -> the_reply = named[t]; reply_fail(the_reply)
    :: else -> skip
    fi;
#endif
    use_own_time(t);
    forget_scratch()
}

inline reply_kill(r)
{
    reply_dead[r] = true;
    the_server = reply_server[r];
    if
    :: the_server == NONE -> skip
    :: else ->
        if
        :: state[the_server] == RECEIVING ->
            receive_failed[the_server] = true;
            state[the_server] = READY;
            waiting_on[the_server] = NONE
        :: else -> skip
        fi
    fi;
    reply_fail(r);
    forget_scratch()
}

/* Who waits there is let go one by one; nobody joins any more. */
inline endpoint_kill(e)
{
    endpoint_dead[e] = true;
    scan = 0;
    do
    :: scan < THREADS ->
        if
        :: waiting_on[scan] == e && state[scan] == SENDING ->
#ifndef FORGET_QUEUE
            end_call(scan, PEER_GONE)
#else
            skip
#endif
        :: waiting_on[scan] == e && state[scan] == RECEIVING ->
            the_reply = named[scan];
            reply_release(the_reply);
            receive_failed[scan] = true;
            state[scan] = READY;
            waiting_on[scan] = NONE
        :: else -> skip
        fi;
        scan++
    :: else -> break
    od;
    forget_scratch()
}

/* After a call nobody may run on this thread's time but those it has a call with. */
inline check_time_is_back(c, s)
{
    atomic {
        assert(state[c] == ENDED || running_on[s] != c || reply_caller[0] == c)
    }
}

active [2] proctype client()
{
    byte me = _pid;

    running_on[me] = me;
    running_on[SERVER] = SERVER;
    running_on[HELPER] = HELPER;
    endpoint_call(me, 0, SERVER);
    (state[me] == READY || state[me] == ENDED);
    check_time_is_back(me, SERVER);
    if
    :: state[me] != ENDED ->        /* a second call, after whatever became of the first */
        endpoint_call(me, 0, SERVER);
        (state[me] == READY || state[me] == ENDED);
        check_time_is_back(me, SERVER)
    :: else -> skip
    fi
}

active proctype server()
{
serving:
    endpoint_receive(SERVER, 0, 0);
end_waiting:
    (state[SERVER] == READY || state[SERVER] == ENDED);
    if
    :: state[SERVER] == ENDED || receive_failed[SERVER] -> goto over
    :: else -> skip
    fi;
    if
    :: endpoint_call(SERVER, 1, HELPER);    /* ask the helper first */
        (state[SERVER] == READY || state[SERVER] == ENDED)
    :: skip
    fi;
    if
    :: state[SERVER] == ENDED -> goto over
    :: else -> skip
    fi;
    endpoint_reply(SERVER, 0);
    goto serving;
over:
    skip
}

active proctype helper()
{
serving:
    endpoint_receive(HELPER, 1, 1);
end_waiting:
    (state[HELPER] == READY || state[HELPER] == ENDED);
    if
    :: state[HELPER] == ENDED || receive_failed[HELPER] -> goto over
    :: else -> skip
    fi;
    endpoint_reply(HELPER, 1);
    goto serving;
over:
    skip
}

/* Root: what a server that is gone received on dies, too, so that nobody queues for it. */
active proctype supervisor()
{
end_watching:
    do
    :: atomic { (state[SERVER] == ENDED || receive_failed[SERVER]) && !endpoint_dead[0] ->
                endpoint_kill(0) }
    :: atomic { (state[HELPER] == ENDED || receive_failed[HELPER]) && !endpoint_dead[1] ->
                endpoint_kill(1) }
    :: atomic { receive_failed[SERVER] && state[SERVER] != ENDED -> thread_kill(SERVER) }
    :: atomic { receive_failed[HELPER] && state[HELPER] != ENDED -> thread_kill(HELPER) }
    od
}

active proctype adversary()
{
    byte attacks = 0;

    do
    :: attacks == ATTACKS -> break
    :: break
    :: atomic { attacks < ATTACKS -> attacks++; thread_cancel(CLIENT_A) }
    :: atomic { attacks < ATTACKS -> attacks++; thread_cancel(SERVER) }
    :: atomic { attacks < ATTACKS && !reply_dead[0] -> attacks++; reply_kill(0) }
    :: atomic { attacks < ATTACKS && !reply_dead[1] -> attacks++; reply_kill(1) }
    :: atomic { attacks < ATTACKS && !endpoint_dead[0] -> attacks++; endpoint_kill(0) }
    :: atomic { attacks < ATTACKS && !endpoint_dead[1] -> attacks++; endpoint_kill(1) }
    :: atomic { attacks < ATTACKS && state[CLIENT_A] != ENDED -> attacks++; thread_kill(CLIENT_A) }
    :: atomic { attacks < ATTACKS && state[SERVER] != ENDED -> attacks++; thread_kill(SERVER) }
    :: atomic { attacks < ATTACKS && state[HELPER] != ENDED -> attacks++; thread_kill(HELPER) }
    od
}
