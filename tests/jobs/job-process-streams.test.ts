import { PassThrough, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'

import { createOutputWriter } from '../../src/jobs/process/output-writer.js'
import { createProgressSender } from '../../src/jobs/process/progress-sender.js'

describe('the log lines of a job with a process of its own', () => {
  test('arrive whole when somebody keeps up, also when the job has replaced write', async () => {
    const stdout = new PassThrough()
    const received = text(stdout)
    const writer = createOutputWriter(stdout, new PassThrough())
    stdout.write = () => true
    writer.write('one\n')
    writer.write('two\n')
    await writer.flush()
    stdout.end()
    expect(await received).toBe('one\ntwo\n')
  })

  test('are cut to their end while nobody reads, in constant memory', async () => {
    const stdout = new PassThrough({ highWaterMark: 1024 })
    const writer = createOutputWriter(stdout, new PassThrough())
    for (let line = 0; line < 100_000; line++) writer.write(`line ${line} ${'x'.repeat(50)}\n`)
    expect(stdout.writableLength).toBeLessThan(1024 * 1024 + 100)
    const received = text(stdout)
    await writer.flush()
    stdout.end()
    expect(await received).toMatch(/^line 0 x+\n[^]*\[… first \d+ bytes dropped\]\n[^]*line 99999 x+\n$/)
  })

  test('go on as they come once somebody reads again', async () => {
    const stdout = new PassThrough({ highWaterMark: 1024 })
    const writer = createOutputWriter(stdout, new PassThrough())
    for (let line = 0; line < 30_000; line++) writer.write(`line ${line} ${'x'.repeat(50)}\n`)
    const received = text(stdout)
    await new Promise((resolve) => stdout.once('drain', () => setImmediate(resolve)))
    writer.write('afterwards\n')
    await writer.flush()
    stdout.end()
    expect(await received).toMatch(/line 29999 x+\nafterwards\n$/)
  })

  test('hold nobody up when the stream is gone', async () => {
    const broken = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) })
    broken.on('error', () => undefined)
    const writer = createOutputWriter(broken, new PassThrough())
    writer.write('lost\n')
    await writer.flush()
    expect(broken.destroyed).toBe(true)
  })
})

describe('the progress of a job with a process of its own', () => {
  test('is sent one at a time, always the newest', () => {
    const sent: number[] = []
    let done: () => void = () => undefined
    const send = createProgressSender((report, after) => {
      if (report.type === 'progress') sent.push(report.fraction)
      done = after
    })
    send(0.1, null)
    send(0.2, null)
    send(0.3, null)
    expect(sent).toEqual([0.1])
    done()
    done()
    expect(sent).toEqual([0.1, 0.3])
    send(0.4, null)
    expect(sent).toEqual([0.1, 0.3, 0.4])
  })
})
