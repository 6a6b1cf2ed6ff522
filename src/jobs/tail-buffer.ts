import { redact } from '../secrets.js'
import { tailOf } from './utf8.js'

// Room for the note that says how much is missing.
const NOTE_BYTES = 64
// Kept beyond the capacity, so that a secret that the cut goes through is masked before.
const SPARE_BYTES = 8 * 1024

/** Keeps the last bytes of a text of any length in constant memory, and gives them without secrets. */
export class TailBuffer {
  readonly #capacity: number
  readonly #size: number
  #ring: Buffer | null = null
  #position = 0
  #total = 0

  /** `capacity` in bytes of UTF-8, the note included. */
  constructor(capacity: number) {
    this.#capacity = capacity
    this.#size = capacity + SPARE_BYTES
  }

  write(text: string): void {
    this.#ring ??= Buffer.alloc(this.#size)
    const bytes = Buffer.from(text)
    const kept = bytes.subarray(Math.max(0, bytes.length - this.#size))
    const untilEnd = kept.copy(this.#ring, this.#position)
    kept.copy(this.#ring, 0, untilEnd)
    this.#position = (this.#position + kept.length) % this.#size
    this.#total += bytes.length
  }

  /** What is left of the text; when its start is gone, a note says how many bytes. */
  toString(): string {
    if (this.#ring === null) return ''
    const isWhole = this.#total <= this.#size
    const kept = isWhole
      ? this.#ring.subarray(0, this.#total)
      : Buffer.concat([this.#ring.subarray(this.#position), this.#ring.subarray(0, this.#position)])
    const masked = Buffer.from(redact(kept.toString()))
    if (isWhole && masked.length <= this.#capacity) return masked.toString()
    const tail = tailOf(isWhole ? masked : masked.subarray(SPARE_BYTES), this.#capacity - NOTE_BYTES)
    return `[… first ${this.#total - Buffer.byteLength(tail)} bytes dropped]\n${tail}`
  }
}
