import type { CliContext, Output } from './context.js'
import { truncate } from './render/text.js'
import { themeOf, type Theme } from './render/theme.js'

const REDRAW_MS = 100

/** One line at the bottom of a terminal that says what runs now; nothing anywhere else. */
export class LiveLine {
  readonly #output: Output
  readonly #theme: Theme
  readonly #isShown: boolean
  readonly #running = new Map<string, string>()
  #ended = 0
  #waiting = ''
  #isDrawn = false
  #timer: NodeJS.Timeout | null = null

  constructor({ stdout }: CliContext, isSilent: boolean) {
    this.#output = stdout
    this.#theme = themeOf(stdout)
    this.#isShown = stdout.isTTY && !isSilent
  }

  started(runId: string, jobName: string): void {
    this.#running.set(runId, jobName)
    this.#waiting = ''
    this.#redrawSoon()
  }

  progress(runId: string, fraction: number, note: string | null): void {
    const name = this.#running.get(runId)?.split(' ')[0]
    if (name === undefined) return
    this.#running.set(runId, `${name} ${Math.round(fraction * 100)}%${note === null ? '' : ` ${note}`}`)
    this.#redrawSoon()
  }

  ended(runId: string): void {
    this.#running.delete(runId)
    this.#ended += 1
    this.#redrawSoon()
  }

  waiting(reason: string): void {
    this.#waiting = reason
    this.#redrawSoon()
  }

  /** Prints something above the line. */
  above(print: () => void): void {
    this.#erase()
    print()
    this.#redrawSoon()
  }

  clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#running.clear()
    this.#erase()
  }

  #redrawSoon(): void {
    if (!this.#isShown || this.#timer !== null) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#draw()
    }, REDRAW_MS)
    this.#timer.unref()
  }

  #draw(): void {
    this.#erase()
    const names = [...this.#running.values()]
    if (names.length === 0 && this.#waiting === '') return
    const what = names.length === 0 ? this.#waiting : `${names.length} running: ${names.join(', ')}`
    const done = this.#ended === 0 ? '' : ` ${this.#theme.glyph('separator')} ${this.#ended} done`
    const text = truncate(
      `${this.#theme.glyph('running')} ${what}${done}`,
      this.#theme.columns - 1,
      this.#theme.glyph('ellipsis'),
    )
    this.#output.write(this.#theme.dim(text))
    this.#isDrawn = true
  }

  #erase(): void {
    if (this.#isDrawn) this.#output.write('\r\u001b[2K')
    this.#isDrawn = false
  }
}
