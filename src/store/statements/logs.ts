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

/** The newest attempt is kept whole, of those before it as much as fits. */
function joined(earlier: string | null, { attempt, log }: Pick<RunFinish, 'attempt' | 'log'>): string | null {
  if (attempt <= 1 || log === null) return log ?? earlier
  const newest = `--- attempt ${attempt} ---\n${log}`
  if (earlier === null) return newest
  const text = earlier.endsWith('\n') ? earlier : `${earlier}\n`
  return `${lastBytes(text, LOG_BYTES - Buffer.byteLength(newest))}${newest}`
}

function lastBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= limit) return text
  const tail = bytes.subarray(bytes.length - Math.max(limit - Buffer.byteLength(DROPPED), 0))
  // From the start of a line on, so that no character is cut.
  return `${DROPPED}${tail.subarray(tail.indexOf('\n') + 1 || tail.length).toString()}`
}
