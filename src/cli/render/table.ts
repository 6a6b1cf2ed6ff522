import { truncate, widthOf } from './text.js'
import type { Paint, Theme } from './theme.js'

const GAP = 2
const NARROWEST = 4

/** What stands in a cell; painted after it has been cut and padded, so that colours never count as width. */
export interface Cell {
  text: string
  paint?: Paint | undefined
}

export interface Column<Row> {
  header: string
  cell(row: Row): Cell | string
  align?: 'left' | 'right'
  /** Where the table is too wide, columns go from the highest number down; 0 (the default) stays. */
  priority?: number
  /** The narrowest width at which a cut text is still of use; absent: never cut. */
  min?: number
}

interface Layout<Row> {
  column: Column<Row>
  cells: Cell[]
  natural: number
  least: number
}

/** A table that fits into the theme's columns: less important columns are cut, then left out; rows never wrap. */
export function renderTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[], theme: Theme): string {
  const layouts = columns.map((column) => layOut(column, rows)).filter(hasContent)
  const widths = fit(layouts, theme.columns)
  const lines = [renderLine(widths, (layout) => ({ text: layout.column.header, paint: theme.dim }), theme)]
  for (let row = 0; row < rows.length; row++) {
    lines.push(renderLine(widths, (layout) => layout.cells[row] ?? { text: '' }, theme))
  }
  return `${lines.join('\n')}\n`
}

function layOut<Row>(column: Column<Row>, rows: readonly Row[]): Layout<Row> {
  const cells = rows.map(column.cell).map((cell) => (typeof cell === 'string' ? { text: cell } : cell))
  const natural = cells.reduce((widest, cell) => Math.max(widest, widthOf(cell.text)), widthOf(column.header))
  return { column, cells, natural, least: Math.min(natural, column.min ?? natural) }
}

function hasContent<Row>(layout: Layout<Row>): boolean {
  return layout.cells.some((cell) => cell.text !== '')
}

/** The columns that are shown, with their widths. */
function fit<Row>(layouts: Layout<Row>[], available: number): Map<Layout<Row>, number> {
  const shown = [...layouts]
  while (leastWidth(shown) > available) {
    const dropped = lastBy(shown, (layout) => layout.column.priority ?? 0)
    if (dropped === undefined || (dropped.column.priority ?? 0) === 0) break
    shown.splice(shown.indexOf(dropped), 1)
  }
  const widths = new Map(shown.map((layout) => [layout, layout.least]))
  grow(widths, available)
  squeeze(widths, available)
  return widths
}

/** Gives what room is left to the most important columns first. */
function grow<Row>(widths: Map<Layout<Row>, number>, available: number): void {
  let left = available - totalWidth([...widths.values()])
  const byImportance = [...widths.keys()].sort((a, b) => (a.column.priority ?? 0) - (b.column.priority ?? 0))
  for (const layout of byImportance) {
    const more = Math.min(Math.max(left, 0), layout.natural - layout.least)
    widths.set(layout, layout.least + more)
    left -= more
  }
}

/** On a very narrow terminal even columns that should not be cut are cut, the widest first. */
function squeeze<Row>(widths: Map<Layout<Row>, number>, available: number): void {
  while (totalWidth([...widths.values()]) > available) {
    const widest = lastBy([...widths.keys()], (layout) => widths.get(layout) ?? 0)
    const width = widest === undefined ? 0 : (widths.get(widest) ?? 0)
    if (widest === undefined || width <= NARROWEST) return
    widths.set(widest, width - 1)
  }
}

function renderLine<Row>(
  widths: ReadonlyMap<Layout<Row>, number>,
  cellOf: (layout: Layout<Row>) => Cell,
  theme: Theme,
): string {
  const gap = ' '.repeat(GAP)
  let line = ''
  // Spaces are held back until something follows them: no line ends in blanks.
  let pending = ''
  for (const [layout, width] of widths) {
    const cell = cellOf(layout)
    const text = truncate(cell.text, width, theme.glyph('ellipsis'))
    const padding = ' '.repeat(width - widthOf(text))
    const isRight = layout.column.align === 'right'
    if (text !== '') {
      line += pending + (isRight ? padding : '') + (cell.paint ?? unpainted)(text)
      pending = ''
    }
    pending += (isRight && text !== '' ? '' : padding) + gap
  }
  return line
}

function unpainted(text: string): string {
  return text
}

function leastWidth<Row>(layouts: readonly Layout<Row>[]): number {
  return totalWidth(layouts.map((layout) => layout.least))
}

function totalWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP * Math.max(0, widths.length - 1)
}

function lastBy<T>(items: readonly T[], value: (item: T) => number): T | undefined {
  return items.reduce<T | undefined>(
    (best, item) => (best === undefined || value(item) >= value(best) ? item : best),
    undefined,
  )
}
