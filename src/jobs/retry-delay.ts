import type { RetryPolicy } from '../domain/job.js'

/** Milliseconds to wait before attempt `attempt` (2 is the first retry); no jitter: equal for equal input. */
export function retryDelayMs(policy: RetryPolicy, attempt: number): number {
  const retries = attempt - 1
  if (retries < 1) return 0
  return Math.min(policy.delayMs * factor(policy.backoff, retries), policy.maxDelayMs)
}

function factor(backoff: RetryPolicy['backoff'], retries: number): number {
  switch (backoff) {
    case 'fixed':
      return 1
    case 'linear':
      return retries
    case 'exponential':
      return 2 ** (retries - 1)
  }
}
