import { chunksOf, marks, type Statements } from '../database.js'
import type { RunFinish } from '../store.js'

const LOG_BYTES = 64 * 1024
const DROPPED = '[… earlier lines dropped]\n'

/** The log of each finish with those of the attempts before it; a finish that has none leaves what stands. */
export async function withEarlierLogs({ all }: Statements, finishes: readonly RunFinish[]): Promise<RunFinish[]> {
  const ids = finishes.filter((finish) => finish.attempt > 1).map((finish) => finish.runId)
  const logs = new Map<string, string | null>()
  for (const some of chunksOf(ids)) {
    const rows = await all(`SELECT id, log FROM JobRun WHERE id IN (${marks(some)})`, some)
    for (const { id, log } of rows) logs.set(String(id), typeof log === 'string' ? log : null)
  }
  return finishes.map((finish) => ({ ...finish, log: joined(logs.get(finish.runId) ?? null, finish) }))
}

/** Cut from the start; the line that says which attempt the newest is stays. */
function joined(earlier: string | null, { attempt, log }: Pick<RunFinish, 'attempt' | 'log'>): string | null {
  if (attempt <= 1 || log === null) return log ?? earlier
  const title = `--- attempt ${attempt} ---\n`
  const before = earlier === null || earlier.endsWith('\n') ? (earlier ?? '') : `${earlier}\n`
  const whole = before + title + log
  if (Buffer.byteLength(whole) <= LOG_BYTES) return whole
  const room = LOG_BYTES - Buffer.byteLength(DROPPED + title)
  const newest = lastBytes(log, room)
  return `${DROPPED}${lastBytes(before, room - Buffer.byteLength(newest))}${title}${newest}`
}

/** From the start of a line on, or of a character where there is no other line. */
function lastBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= limit) return text
  const tail = bytes.subarray(bytes.length - limit)
  const line = tail.indexOf('\n') + 1
  if (line > 0 && line < tail.length) return tail.subarray(line).toString()
  const character = tail.findIndex((byte) => (byte & 0b1100_0000) !== 0b1000_0000)
  return character === -1 ? '' : tail.subarray(character).toString()
}
