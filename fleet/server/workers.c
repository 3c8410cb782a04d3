/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Worker threads around one queue.
 */
#include "workers.h"

#include <abi/status.h>
#include <pthread.h>
#include <stdlib.h>

enum { THREADS_MAX = 8 };

struct workers {
    struct loop *loop;
    pthread_t threads[THREADS_MAX];
    unsigned thread_count;
    unsigned queue_max;

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    struct job *first;
    struct job **last;
    unsigned waiting;
    bool shall_end;
};

static void finish(struct task *task)
{
    struct job *job = container_of(task, struct job, task);

    job->done(job);
}

static struct job *take(struct workers *workers)
{
    struct job *job;

    pthread_mutex_lock(&workers->lock);
    while (workers->first == NULL && !workers->shall_end)
        pthread_cond_wait(&workers->changed, &workers->lock);
    job = workers->shall_end ? NULL : workers->first;
    if (job != NULL) {
        workers->first = job->next;
        if (workers->first == NULL)
            workers->last = &workers->first;
        workers->waiting--;
    }
    pthread_mutex_unlock(&workers->lock);
    return job;
}

static void *work(void *owner)
{
    struct workers *workers = owner;
    struct job *job;

    while ((job = take(workers)) != NULL) {
        job->work(job);
        job->task.run = finish;
        loop_post(workers->loop, &job->task);
    }
    return NULL;
}

struct workers *workers_create(struct loop *loop, unsigned threads, unsigned queue_max)
{
    struct workers *workers = calloc(1, sizeof(*workers));

    if (workers == NULL)
        return NULL;
    workers->loop = loop;
    workers->queue_max = queue_max;
    workers->last = &workers->first;
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->changed, NULL);
    while (workers->thread_count < threads && workers->thread_count < THREADS_MAX &&
           pthread_create(&workers->threads[workers->thread_count], NULL, work, workers) == 0)
        workers->thread_count++;
    if (workers->thread_count > 0)
        return workers;
    free(workers);
    return NULL;
}

void workers_destroy(struct workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    workers->shall_end = true;
    pthread_cond_broadcast(&workers->changed);
    pthread_mutex_unlock(&workers->lock);
    for (unsigned i = 0; i < workers->thread_count; i++)
        pthread_join(workers->threads[i], NULL);
    pthread_cond_destroy(&workers->changed);
    pthread_mutex_destroy(&workers->lock);
    free(workers);
}

status_t workers_add(struct workers *workers, struct job *job)
{
    status_t status = ERR_OVER_LIMIT;

    job->next = NULL;
    job->workers = workers;
    pthread_mutex_lock(&workers->lock);
    if (workers->waiting < workers->queue_max) {
        *workers->last = job;
        workers->last = &job->next;
        workers->waiting++;
        pthread_cond_signal(&workers->changed);
        status = OK;
    }
    pthread_mutex_unlock(&workers->lock);
    return status;
}
