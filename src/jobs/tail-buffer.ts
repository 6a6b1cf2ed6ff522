import { tailOf } from './utf8.js'

// Room for the note that says how much is missing.
const NOTE_BYTES = 64

/** Keeps the last bytes of a text of any length in constant memory. */
export class TailBuffer {
  readonly #capacity: number
  #ring: Buffer | null = null
  #position = 0
  #total = 0

  /** `capacity` in bytes of UTF-8, the note included. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  write(text: string): void {
    this.#ring ??= Buffer.alloc(this.#capacity)
    const bytes = Buffer.from(text)
    const kept = bytes.subarray(Math.max(0, bytes.length - this.#capacity))
    const untilEnd = kept.copy(this.#ring, this.#position)
    kept.copy(this.#ring, 0, untilEnd)
    this.#position = (this.#position + kept.length) % this.#capacity
    this.#total += bytes.length
  }

  /** What is left of the text; when its start is gone, a note says how many bytes. */
  toString(): string {
    if (this.#ring === null) return ''
    if (this.#total <= this.#capacity) return this.#ring.toString('utf8', 0, this.#total)
    const tail = tailOf(
      Buffer.concat([this.#ring.subarray(this.#position), this.#ring.subarray(0, this.#position)]),
      this.#capacity - NOTE_BYTES,
    )
    return `[… first ${this.#total - Buffer.byteLength(tail)} bytes dropped]\n${tail}`
  }
}
