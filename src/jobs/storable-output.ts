import { isDeeperThan, type JsonValue, MOST_JSON_LEVELS } from '../domain/json.js'
import { redact } from '../secrets.js'
import { headOf } from './utf8.js'

const OUTPUT_BYTES = 64 * 1024
const HEAD_BYTES = 60 * 1024

/** What of a job's output is stored, and a note when that is not what the job returned. */
export interface StorableOutput {
  output: JsonValue
  note: string | null
}

/**
 * Turns what a job returned into JSON of at most 64 KiB and 30 levels; above that `{ truncated: true, bytes, head }`.
 * What is not JSON becomes null with a note: work that is done is not lost for its output. Never throws.
 */
export function storableOutput(value: unknown): StorableOutput {
  if (value === undefined) return { output: null, note: null }
  try {
    const text = JSON.stringify(value) as string | undefined
    if (text === undefined) return notStored(`a ${typeof value} is not JSON`)
    return { output: capped(text), note: null }
  } catch (thrown) {
    return notStored(thrown instanceof Error ? firstLine(thrown.message) : 'it cannot be turned into JSON')
  }
}

function notStored(why: string): StorableOutput {
  return { output: null, note: `output was not stored: ${why}; return plain JSON values` }
}

function capped(text: string): JsonValue {
  const bytes = Buffer.from(text)
  const value = bytes.length > OUTPUT_BYTES ? null : (JSON.parse(text) as JsonValue)
  if (bytes.length > OUTPUT_BYTES || isDeeperThan(value, MOST_JSON_LEVELS))
    return { truncated: true, bytes: bytes.length, head: headAsJson(Buffer.from(redact(text))) }
  return wellFormed(value)
}

/** Stored as a JSON string, the head grows by its escapes: it is cut until that fits. */
function headAsJson(bytes: Buffer): string {
  let limit = HEAD_BYTES
  for (;;) {
    const head = headOf(bytes, limit)
    const size = Buffer.byteLength(JSON.stringify(head))
    if (size <= HEAD_BYTES) return head
    limit = Math.floor((limit * HEAD_BYTES) / (size + 1))
  }
}

/** MySQL refuses JSON with half a surrogate pair in it. */
function wellFormed(value: JsonValue): JsonValue {
  if (typeof value === 'string') return Buffer.from(value).toString()
  if (Array.isArray(value)) return value.map(wellFormed)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [Buffer.from(key).toString(), wellFormed(item)]))
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
