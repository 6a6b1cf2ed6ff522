import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createOutput, type TextStream } from '../../src/cli/streams.js'

class FakeStream extends EventEmitter implements TextStream {
  written: string[] = []
  isTTY: boolean
  columns?: number

  constructor(isTTY: boolean, columns?: number) {
    super()
    this.isTTY = isTTY
    if (columns !== undefined) this.columns = columns
  }

  write(text: string): boolean {
    this.written.push(text)
    return true
  }
}

const terminal = (variables: NodeJS.ProcessEnv = {}) => createOutput(new FakeStream(true, 100), variables)
const pipe = (variables: NodeJS.ProcessEnv = {}) => createOutput(new FakeStream(false), variables)

describe('colours', () => {
  it('are shown on a terminal only', () => {
    expect(terminal().colors).toBe(true)
    expect(pipe().colors).toBe(false)
  })

  it.each([{ NO_COLOR: '1' }, { CI: 'true' }, { TERM: 'dumb' }, { FORCE_COLOR: '0' }, { FORCE_COLOR: 'false' }])(
    'are off on a terminal with %o',
    (variables) => {
      expect(terminal(variables).colors).toBe(false)
    },
  )

  it.each([{ NO_COLOR: '' }, { CI: 'false' }, { CI: '' }, { TERM: 'xterm' }])('stay on with %o', (variables) => {
    expect(terminal(variables).colors).toBe(true)
  })

  it('can be forced into a pipe, whatever else is set', () => {
    expect(pipe({ FORCE_COLOR: '1', NO_COLOR: '1', CI: '1' }).colors).toBe(true)
    expect(pipe({ FORCE_COLOR: '' }).colors).toBe(true)
  })
})

describe('an output', () => {
  it('redraws lines on a terminal that can, not in CI', () => {
    expect([terminal(), terminal({ CI: '1' }), terminal({ TERM: 'dumb' }), pipe()].map(({ isTTY }) => isTTY)).toEqual([
      true,
      false,
      false,
      false,
    ])
  })

  it('is as wide as its terminal, as COLUMNS says, or wide enough for any row', () => {
    const stream = new FakeStream(true, 100)
    const output = createOutput(stream, {})
    expect(output.columns).toBe(100)
    stream.columns = 60
    expect(output.columns).toBe(60)
    expect(pipe({ COLUMNS: '90' }).columns).toBe(90)
    expect(pipe({ COLUMNS: 'many' }).columns).toBe(240)
    expect(createOutput(new FakeStream(true), {}).columns).toBe(80)
  })

  it('keeps to ASCII where the locale or the console knows no more', () => {
    const unicode = (variables: NodeJS.ProcessEnv) => terminal(variables).unicode
    expect([unicode({}), unicode({ LANG: 'de_DE.UTF-8' }), unicode({ LC_ALL: '', LANG: 'C.utf8' })]).toEqual([
      true,
      true,
      true,
    ])
    expect([unicode({ LC_ALL: 'C', LANG: 'de_DE.UTF-8' }), unicode({ TERM: 'linux' })]).toEqual([false, false])
  })

  it('drops what nobody reads any more', () => {
    const stream = new FakeStream(false)
    const output = createOutput(stream, {})
    output.write('first')
    stream.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    output.write('second')
    expect(stream.written).toEqual(['first'])
  })

  it('drops what finds a full disk as well: a pass does not stop for what it says', () => {
    const stream = new FakeStream(false)
    const output = createOutput(stream, {})
    stream.emit('error', Object.assign(new Error('disk full'), { code: 'ENOSPC' }))
    output.write('more')
    expect(stream.written).toEqual([])
  })
})
