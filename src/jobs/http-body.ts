import type { JsonValue } from '../domain/json.js'
import { redact } from '../secrets.js'
import { headOf } from './utf8.js'

const KEPT_BYTES = 64 * 1024
// So that a cut body, escaped, mostly still fits into a run's output.
const CUT_BYTES = 48 * 1024

/** An answer's body: all of it was received, at most 64 KiB of it kept. */
export interface ReadBody {
  /** Parsed when it is JSON and whole; null when empty. */
  value: JsonValue
  /** Without secrets. */
  text: string
  bytes: number
  isCut: boolean
}

interface Answer {
  headers: { get(name: string): string | null }
  body: AsyncIterable<Uint8Array> | null
}

/** Reads to the end, because a server may work for as long as it writes; the rest is dropped. */
export async function readBody(answer: Answer): Promise<ReadBody> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of answer.body ?? []) {
    if (bytes < KEPT_BYTES) chunks.push(chunk.subarray(0, KEPT_BYTES - bytes))
    bytes += chunk.length
  }
  const kept = Buffer.concat(chunks)
  const isCut = bytes > KEPT_BYTES
  const whole = kept.toString()
  const masked = redact(whole)
  const text = isCut ? headOf(Buffer.from(masked), CUT_BYTES) : masked
  return { value: isCut ? text : parse(whole, answer.headers.get('content-type')), text, bytes, isCut }
}

function parse(text: string, contentType: string | null): JsonValue {
  if (text === '') return null
  if (!/[/+]json\b/i.test(contentType ?? '')) return text
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return text
  }
}
