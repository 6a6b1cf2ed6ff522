import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderFooter } from '../../src/cli/render/footer.js'
import { renderDetails } from '../../src/cli/render/details.js'
import { renderTable, type Column } from '../../src/cli/render/table.js'
import { widthOf } from '../../src/cli/render/text.js'
import { theme } from './views.js'

interface Row {
  id: string
  note: string
  count: number
}

const COLUMNS: Column<Row>[] = [
  { header: 'ID', cell: ({ id }) => id, min: 6 },
  { header: 'COUNT', cell: ({ count }) => String(count), align: 'right' },
  { header: 'NOTE', cell: ({ note }) => note, priority: 2, min: 8 },
  { header: 'NOTHING', cell: () => '' },
  { header: 'EXTRA', cell: ({ id }) => `extra-${id}`, priority: 3 },
]
const ROWS: Row[] = [
  { id: 'nightly-backup', note: 'takes a while every night', count: 7 },
  { id: '報告', note: '', count: 12_345 },
]

describe('a table', () => {
  it('shows all that has content where there is room', () => {
    expect(renderTable(COLUMNS, ROWS, theme(100))).toMatchInlineSnapshot(`
      "ID              COUNT  NOTE                       EXTRA
      nightly-backup      7  takes a while every night  extra-nightly-backup
      報告            12345                             extra-報告
      "
    `)
  })

  it('drops the least important column, then cuts those that may be cut', () => {
    expect(renderTable(COLUMNS, ROWS, theme(50))).toMatchInlineSnapshot(`
      "ID           COUNT  NOTE      EXTRA
      nightly-ba…      7  takes a…  extra-nightly-backup
      報告         12345            extra-報告
      "
    `)
    expect(renderTable(COLUMNS, ROWS, theme(36))).toMatchInlineSnapshot(`
      "ID              COUNT  NOTE
      nightly-backup      7  takes a whil…
      報告            12345
      "
    `)
    expect(renderTable(COLUMNS, ROWS, theme(18))).toMatchInlineSnapshot(`
      "ID           COUNT
      nightly-ba…      7
      報告         12345
      "
    `)
  })

  it('never has a line wider than the terminal, down to a few cells, nor one that ends in blanks', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map((given) => given.replaceAll(/\s|\p{C}/gu, 'x'))
    const rows = fc.array(fc.record({ id: text, note: text, count: fc.nat() }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(rows, fc.integer({ min: 20, max: 150 }), (given, columns) => {
        const lines = renderTable(COLUMNS, given, theme(columns)).trimEnd().split('\n')
        expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns)
        expect(lines.filter((line) => line.endsWith(' '))).toEqual([])
      }),
    )
  })
})

describe('a footer', () => {
  it('breaks between remarks, never within one', () => {
    expect(renderFooter(['one remark', 'another remark', 'a third'], theme(30))).toBe(
      'one remark · another remark\na third\n',
    )
  })
})

describe('details', () => {
  it('leave out what is not known and continue long values below where they began', () => {
    const details = [
      ['id', '7'],
      ['empty', null],
      ['long name', 'words that do not fit into one line'],
    ] as const
    expect(renderDetails(details, theme(40))).toBe(
      '  id         7\n  long name  words that do not fit into\n             one line\n',
    )
  })
})
