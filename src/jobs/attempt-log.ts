import type { JobLog } from '../domain/job.js'
import { createJobLog } from './job-log.js'
import { TailBuffer } from './tail-buffer.js'

const LOG_BYTES = 64 * 1024

/** What is stored as a run's log: its log lines, stdout and stderr, the last 64 KiB of them. */
export class AttemptLog {
  readonly #tail = new TailBuffer(LOG_BYTES)
  #open = true
  /** What a job is given as `log`. */
  readonly lines: JobLog = createJobLog((line) => this.append(line))

  append(text: string): void {
    // Databases and terminals cut text at a NUL.
    if (this.#open) this.#tail.write(text.replaceAll('\0', '\uFFFD'))
  }

  /** A job that was left behind may go on writing: from here on nobody listens. */
  close(): void {
    this.#open = false
  }

  text(): string | null {
    const text = this.#tail.toString()
    return text === '' ? null : text
  }
}
