import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createConnection } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { runAttempt } from '../../src/jobs/run-attempt.js'
import { attemptRequest, httpWork, stopAfter } from './attempt-request.js'

let server: Server
let base: string
let handle: RequestListener
let requests: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[]

beforeEach(async () => {
  requests = []
  server = createServer((request, response) => {
    let body = ''
    request
      .setEncoding('utf8')
      .on('data', (text: string) => {
        body += text
      })
      .on('end', () => {
        requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body })
        handle(request, response)
      })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${port()}`
})

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

function port(): number {
  return (server.address() as AddressInfo).port
}

function answer(status: number, body = '', headers: Record<string, string> = {}): RequestListener {
  return (_, response) => response.writeHead(status, headers).end(body)
}

describe('an HTTP job', () => {
  test('is completed by any 2xx; its output is status and body', async () => {
    handle = answer(202, 'accepted', { 'content-type': 'text/plain' })
    const outcome = await runAttempt(attemptRequest(httpWork(`${base}/warm?deep=1`)))
    expect(outcome).toMatchObject({ status: 'COMPLETED', output: { status: 202, body: 'accepted' }, error: null })
    expect(outcome.log).toMatch(new RegExp(`GET ${base}/warm answered 202\n$`))
    expect(requests).toMatchObject([
      {
        method: 'GET',
        url: '/warm?deep=1',
        body: '',
        headers: { 'idempotency-key': '0193-run', 'user-agent': 'run-due-schedules' },
      },
    ])
  })

  test('parses JSON, as far as it is JSON', async () => {
    handle = answer(200, '{"a":[1]}', { 'content-type': 'application/problem+json; charset=utf-8' })
    expect((await runAttempt(attemptRequest(httpWork(base)))).output).toEqual({ status: 200, body: { a: [1] } })
    handle = answer(200, '{"a":', { 'content-type': 'application/json' })
    expect((await runAttempt(attemptRequest(httpWork(base)))).output).toEqual({ status: 200, body: '{"a":' })
    handle = answer(204)
    expect((await runAttempt(attemptRequest(httpWork(base)))).output).toEqual({ status: 204, body: null })
  })

  test('sends its context as JSON with a POST that has no body', async () => {
    handle = answer(200)
    await runAttempt(attemptRequest(httpWork(base, { method: 'post' })))
    expect(requests[0]).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/json' } })
    expect(JSON.parse(requests[0]!.body)).toEqual({
      runId: '0193-run',
      scheduleId: 'nightly',
      jobName: 'the-job',
      scheduledFor: '2026-11-23T03:00:00.000Z',
      trigger: 'CRON',
      attempt: 2,
      fence: 17,
      idempotencyKey: '0193-run',
      params: { tenant: 'acmé' },
    })
  })

  test('sends its own headers and body', async () => {
    handle = answer(200)
    await runAttempt(
      attemptRequest(
        httpWork(base, {
          method: 'PUT',
          body: { a: 1 },
          headers: { 'X-Own': '1', 'Content-Type': 'application/vnd.a+json' },
        }),
      ),
    )
    await runAttempt(attemptRequest(httpWork(base, { method: 'POST', body: 'text' })))
    await runAttempt(attemptRequest(httpWork(base, { method: 'DELETE' })))
    expect(requests).toMatchObject([
      { method: 'PUT', body: '{"a":1}', headers: { 'x-own': '1', 'content-type': 'application/vnd.a+json' } },
      { method: 'POST', body: 'text' },
      { method: 'DELETE', body: '' },
    ])
  })

  test('follows redirects, unless it expects one', async () => {
    handle = (request, response) => {
      if (request.url === '/to') response.end('there')
      else response.writeHead(307, { location: '/to' }).end()
    }
    expect((await runAttempt(attemptRequest(httpWork(`${base}/from`)))).output).toEqual({ status: 200, body: 'there' })
    expect((await runAttempt(attemptRequest(httpWork(`${base}/from`, { expectStatus: [307] })))).output).toEqual({
      status: 307,
      body: null,
    })
  })

  test('receives a large answer to its end and keeps the first part', async () => {
    handle = (_, response) => {
      response.write('€'.repeat(400_000))
      setTimeout(() => response.end('end'), 50)
    }
    const outcome = await runAttempt(attemptRequest(httpWork(base)))
    const { body, bodyBytes } = outcome.output as { body: string; bodyBytes: number }
    expect(outcome).toMatchObject({ status: 'COMPLETED', error: null })
    expect(bodyBytes).toBe(1_200_003)
    expect(body).toMatch(/^€+$/)
    expect(Buffer.byteLength(JSON.stringify(outcome.output))).toBeLessThanOrEqual(64 * 1024)
  })
})

describe('an HTTP job that fails', () => {
  test('shows an unexpected status with the start of the body', async () => {
    handle = answer(503, `maintenance ${'x'.repeat(5000)}`)
    const outcome = await runAttempt(attemptRequest(httpWork(`${base}/job`)))
    expect(outcome).toMatchObject({ status: 'FAILED', output: { status: 503 } })
    expect(outcome.error).toMatch(new RegExp(`^GET ${base}/job answered 503, expected a 2xx\nmaintenance x+…$`))
    expect(Buffer.byteLength(outcome.error ?? '')).toBeLessThan(1300)
  })

  test('is completed by an expected status only', async () => {
    handle = answer(404)
    expect(await runAttempt(attemptRequest(httpWork(base, { expectStatus: [200, 404] })))).toMatchObject({
      status: 'COMPLETED',
    })
    handle = answer(201)
    const outcome = await runAttempt(attemptRequest(httpWork(base, { expectStatus: [200, 404] })))
    expect(outcome.error).toBe(`GET ${base}/ answered 201, expected 200 or 404`)
  })

  test('names the reason when nobody answers', async () => {
    const closed = port()
    await new Promise((resolve) => server.close(resolve))
    const refused = await runAttempt(attemptRequest(httpWork(`http://127.0.0.1:${closed}/a?token=secret`)))
    expect(refused).toMatchObject({ status: 'FAILED', output: null })
    expect(refused.error).toBe(`GET http://127.0.0.1:${closed}/a failed: connect ECONNREFUSED 127.0.0.1:${closed}`)
    const both = await runAttempt(attemptRequest(httpWork(`http://localhost:${closed}/`)))
    expect(both.error).toContain(`ECONNREFUSED 127.0.0.1:${closed}`)
    const unknown = await runAttempt(attemptRequest(httpWork('http://no-such-host.invalid/')))
    expect(unknown.error).toMatch(/(ENOTFOUND|EAI_AGAIN) no-such-host\.invalid/)
  })

  test('names the reason when the connection breaks', async () => {
    handle = (_, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('half')
      setTimeout(() => response.destroy(), 20)
    }
    const outcome = await runAttempt(attemptRequest(httpWork(base)))
    expect(outcome).toMatchObject({ status: 'FAILED' })
    expect(outcome.error).toMatch(/^GET .* failed: .+/)
    handle = (request) => request.socket.destroy()
    expect((await runAttempt(attemptRequest(httpWork(base)))).error).toMatch(
      /failed: other side closed \(UND_ERR_SOCKET\)$/,
    )
  })

  test('does not show the query, which may hold a token', async () => {
    handle = answer(401, 'who?')
    const outcome = await runAttempt(attemptRequest(httpWork(`${base}/?token=t0ken`)))
    expect(requests).toMatchObject([{ url: '/?token=t0ken' }])
    expect(outcome.status).toBe('FAILED')
    expect(JSON.stringify(outcome)).not.toContain('t0ken')
  })

  test('fails when a GET has a body', async () => {
    const outcome = await runAttempt(attemptRequest(httpWork(base, { body: 'x' })))
    expect(outcome.error).toMatch(/GET\/HEAD method cannot have body/)
  })
})

describe('an HTTP job that is told to end', () => {
  test('is TIMED_OUT while the server says nothing', async () => {
    handle = () => undefined
    const outcome = await runAttempt(attemptRequest(httpWork(base), { job: { timeoutMs: 60 } }))
    expect(outcome).toMatchObject({ status: 'TIMED_OUT', error: 'timed out after 60 ms' })
  })

  test('is TIMED_OUT while the body dribbles, and hangs up', async () => {
    let closed: () => void = () => undefined
    const hungUp = new Promise<void>((resolve) => {
      closed = resolve
    })
    handle = (_, response) => {
      const timer = setInterval(() => response.write('.'), 5)
      response.on('close', () => {
        clearInterval(timer)
        closed()
      })
    }
    const outcome = await runAttempt(attemptRequest(httpWork(base), { job: { timeoutMs: 100 } }))
    expect(outcome).toMatchObject({ status: 'TIMED_OUT', error: 'timed out after 100 ms' })
    await hungUp
  })

  test('is TIMED_OUT while the connection is made', async () => {
    const outcome = await runAttempt(attemptRequest(httpWork('http://192.0.2.1/'), { job: { timeoutMs: 60 } }))
    expect(['TIMED_OUT', 'FAILED']).toContain(outcome.status)
  })

  test('is CANCELLED on request', async () => {
    handle = () => undefined
    const outcome = await runAttempt(attemptRequest(httpWork(base), { stop: stopAfter(30, 'requested') }))
    expect(outcome).toMatchObject({ status: 'CANCELLED', reason: 'requested', error: 'told to stop' })
  })

  test('keeps no connection open afterwards', async () => {
    handle = answer(200, 'ok')
    await runAttempt(attemptRequest(httpWork(base)))
    const open = await new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)))
    const probe = createConnection(port(), '127.0.0.1')
    await new Promise((resolve) => probe.once('connect', resolve))
    probe.destroy()
    expect(open).toBeLessThanOrEqual(1)
  })
})
