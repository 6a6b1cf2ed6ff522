/** A run whose handler is under way. */
export interface WatchedRun {
  runId: string
  /** `schedule/job`. */
  name: string
  /** Milliseconds of the database's clock. */
  startedAtMs: number
  /** Monotonic instants: of the start, and by which the main thread must have ended the attempt itself. */
  begunAtMs: number
  overdueAtMs: number
}

const NUMBERS = 3
const NUMBERS_BYTES = NUMBERS * Float64Array.BYTES_PER_ELEMENT
const ID_BYTES = 40
// Two names of 128 characters and the slash between them.
const NAME_BYTES = 264
const PLACE_BYTES = NUMBERS_BYTES + ID_BYTES + NAME_BYTES

/** Memory for as many runs as may be under way at once. */
export function watchTable(places: number): SharedArrayBuffer {
  return new SharedArrayBuffer(places * PLACE_BYTES)
}

/** The side of the thread that runs the handlers: a few bytes per run, where a message would be copied and received. */
export class WatchWriter {
  readonly #table: SharedArrayBuffer
  readonly #text: Buffer
  readonly #free: number[]
  readonly #places = new Map<string, number>()

  constructor(table: SharedArrayBuffer) {
    this.#table = table
    this.#text = Buffer.from(table)
    this.#free = Array.from({ length: table.byteLength / PLACE_BYTES }, (_, place) => place)
  }

  /** Once more: changes what is known of it. */
  add({ runId, name, startedAtMs, begunAtMs, overdueAtMs }: WatchedRun): void {
    const place = this.#places.get(runId) ?? this.#free.pop()
    if (place === undefined) throw new RangeError('more handlers are under way than the pass has places')
    this.#places.set(runId, place)
    const at = place * PLACE_BYTES
    this.#text.fill(0, at + NUMBERS_BYTES, at + PLACE_BYTES)
    this.#text.write(runId, at + NUMBERS_BYTES, ID_BYTES, 'latin1')
    this.#text.write(name, at + NUMBERS_BYTES + ID_BYTES, NAME_BYTES, 'latin1')
    // Last, because it says that the place is taken.
    numbersOf(this.#table, place).set([startedAtMs, begunAtMs, overdueAtMs])
  }

  remove(runId: string): void {
    const place = this.#places.get(runId)
    if (place === undefined) return
    this.#places.delete(runId)
    numbersOf(this.#table, place).fill(0)
    this.#free.push(place)
  }
}

/** The other side. What it reads of a run that just begins or ends may be mixed: only a thread that stands still is judged by it. */
export function readWatched(table: SharedArrayBuffer): WatchedRun[] {
  const text = Buffer.from(table)
  const watched: WatchedRun[] = []
  for (let place = 0; place < table.byteLength / PLACE_BYTES; place += 1) {
    const [startedAtMs = 0, begunAtMs = 0, overdueAtMs = 0] = numbersOf(table, place)
    if (overdueAtMs === 0) continue
    const at = place * PLACE_BYTES + NUMBERS_BYTES
    const runId = textAt(text, at, ID_BYTES)
    watched.push({ runId, name: textAt(text, at + ID_BYTES, NAME_BYTES), startedAtMs, begunAtMs, overdueAtMs })
  }
  return watched
}

function numbersOf(table: SharedArrayBuffer, place: number): Float64Array {
  return new Float64Array(table, place * PLACE_BYTES, NUMBERS)
}

function textAt(text: Buffer, at: number, length: number): string {
  return text.toString('latin1', at, at + length).replace(/\0+$/, '')
}
