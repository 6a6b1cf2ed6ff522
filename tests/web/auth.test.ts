import { base64url, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { engines, type TestDatabase } from '../support/servers.js'
import { seed } from './seed.js'
import { call, SECRET, signIn, startWebServer, tokenFor, type Call, type WebServer } from './support.js'

const PAUSE = '/api/schedules/hourly/pause'
const CHANGES = [
  '/api/schedules/hourly/requests',
  PAUSE,
  '/api/schedules/hourly/resume',
  '/api/schedules/hourly/backfills',
  '/api/pause-all',
  '/api/resume-all',
  '/api/runs/01930000-0000-7000-8000-000000000000/cancel',
]
const key = (text: string) => new TextEncoder().encode(text)
const jwt = (claims: Record<string, unknown>) =>
  new SignJWT({ aud: 'run-due-schedules', sub: 'eve', role: 'operator', ...claims })
const [engine] = engines()

describe('who may do what', () => {
  let database: TestDatabase
  let server: WebServer
  let operator: string
  let viewer: string
  let audited: number

  beforeAll(async () => {
    if (engine === undefined) throw new Error('these tests need an engine')
    database = await engine.createDatabase()
    await seed(database.url)
    server = await startWebServer(database.url)
    operator = await tokenFor('operator', { subject: 'ada' })
    viewer = await tokenFor('viewer')
  })
  afterAll(async () => {
    await server.stop()
    await database.drop()
  })

  const auditEvents = async (): Promise<number> => {
    const { body } = await call(server, '/api/audit-events', { token: operator })
    return (body as { events: unknown[] }).events.length
  }
  const csrfOf = async (cookie: string): Promise<string> => {
    const { body } = await call(server, '/api/session', { headers: { cookie } })
    return (body as { csrfToken: string }).csrfToken
  }

  const unsigned = (header: object, claims: object) =>
    `${base64url.encode(JSON.stringify(header))}.${base64url.encode(JSON.stringify(claims))}.`
  const claims = { aud: 'run-due-schedules', sub: 'eve', role: 'operator', exp: 4_000_000_000 }
  const hs256 = { alg: 'HS256' }
  const tokens: Record<string, () => Promise<string> | string> = {
    'no token': () => '',
    'text that is no token': () => 'let-me-in',
    'a token without a signature (alg none)': () => unsigned({ alg: 'none' }, claims),
    'a token that says None': () => unsigned({ alg: 'None' }, claims),
    'a token signed by another key': () =>
      jwt({})
        .setProtectedHeader(hs256)
        .setExpirationTime('1h')
        .sign(key('x'.repeat(32))),
    'a token signed with another algorithm': () =>
      jwt({})
        .setProtectedHeader({ alg: 'HS512' })
        .setExpirationTime('1h')
        .sign(key(SECRET.repeat(2))),
    'a token of our key by HS384': () =>
      jwt({})
        .setProtectedHeader({ alg: 'HS384' })
        .setExpirationTime('1h')
        .sign(key(SECRET.padEnd(48, '-'))),
    'a token without an end': () => jwt({}).setProtectedHeader(hs256).sign(key(SECRET)),
    'a token that has expired': () => tokenFor('operator', { expiresInMs: -1000 }),
    'a token that is not valid yet': () =>
      jwt({}).setProtectedHeader(hs256).setNotBefore('1h').setExpirationTime('2h').sign(key(SECRET)),
    'a token of another program with the same secret': () =>
      jwt({ aud: 'shop' }).setProtectedHeader(hs256).setExpirationTime('1h').sign(key(SECRET)),
    'a token with an unknown role': () =>
      jwt({ role: 'admin' }).setProtectedHeader(hs256).setExpirationTime('1h').sign(key(SECRET)),
    'a token that is nobody’s': () =>
      jwt({ sub: '' }).setProtectedHeader(hs256).setExpirationTime('1h').sign(key(SECRET)),
    'a token whose owner is no text': () =>
      jwt({ sub: 42 }).setProtectedHeader(hs256).setExpirationTime('1h').sign(key(SECRET)),
    'a token whose owner has two lines': () =>
      jwt({ sub: 'eve\nada' }).setProtectedHeader(hs256).setExpirationTime('1h').sign(key(SECRET)),
    'a token whose owner is half a character': () =>
      jwt({ sub: 'eve\ud83d' }).setProtectedHeader(hs256).setExpirationTime('1h').sign(key(SECRET)),
    'a token that ends beyond the calendar': () => jwt({ exp: 1e15 }).setProtectedHeader(hs256).sign(key(SECRET)),
    'a token whose claims were changed': async () => {
      const [head = '', , signature = ''] = (await tokenFor('viewer')).split('.')
      return `${head}.${base64url.encode(JSON.stringify(claims))}.${signature}`
    },
  }

  it.each(Object.keys(tokens))('%s opens nothing', async (name) => {
    const token = (await tokens[name]?.()) ?? ''
    for (const target of ['/api/overview', '/api/openapi.json', '/api/nothing']) {
      const answer = await call(server, target, { headers: { authorization: `Bearer ${token}` } })
      expect(answer).toMatchObject({ status: 401, body: { error: { code: 'UNAUTHORIZED' } } })
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    }
    const cookie = `run-due-schedules-session=${token}`
    expect((await call(server, '/api/overview', { headers: { cookie } })).status).toBe(401)
    expect((await call(server, PAUSE, { method: 'POST', token })).status).toBe(401)
    expect((await call(server, '/runs?status=FAILED', { headers: { cookie } })).headers.get('location')).toBe(
      '/sign-in?next=%2Fruns%3Fstatus%3DFAILED',
    )
  })

  it('lets a viewer read and change nothing', async () => {
    audited = await auditEvents()
    for (const target of CHANGES) {
      expect(await call(server, target, { token: viewer, body: {} })).toMatchObject({
        status: 403,
        body: { error: { code: 'FORBIDDEN' } },
      })
    }
    expect((await call(server, '/api/schedules', { token: viewer })).status).toBe(200)
    expect(await auditEvents()).toBe(audited)
  })

  it('signs in by a token that is pasted, into a cookie that scripts cannot read', async () => {
    const answer = await call(server, '/sign-in', { form: { token: ` ${operator}\n`, next: '/runs?status=FAILED' } })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe('/runs?status=FAILED')
    expect(answer.headers.get('set-cookie')).toMatch(/; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/)
  })

  it('marks the cookie as secure where the browser speaks TLS', async () => {
    const answer = await call(server, '/sign-in', {
      form: { token: operator },
      headers: { 'x-forwarded-proto': 'https' },
    })
    expect(answer.headers.get('set-cookie')).toMatch(/; Secure/)
    expect(answer.headers.get('strict-transport-security')).toMatch(/max-age=\d+/)
  })

  it('takes a token that outlives every cookie, and refuses one that no browser would keep', async () => {
    const long = await tokenFor('viewer', { expiresInMs: 500 * 86_400_000 })
    const answer = await call(server, '/sign-in', { form: { token: long } })
    expect(answer.status).toBe(303)
    expect(Date.parse(/Expires=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1] ?? '')).toBeLessThan(
      Date.now() + 401 * 86_400_000,
    )
    const large = await jwt({ scope: 'x'.repeat(4000) })
      .setProtectedHeader(hs256)
      .setExpirationTime('1h')
      .sign(key(SECRET))
    const refused = await call(server, '/sign-in', { form: { token: large } })
    expect([refused.status, refused.headers.get('set-cookie')]).toEqual([401, null])
    expect(refused.text).toContain('longer than the 4 KiB that a browser keeps')
    expect((await call(server, '/api/session', { token: large })).status).toBe(200)
  })

  it.each(['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/sign-out', '/a\nb'])(
    'goes nowhere else after signing in: %j',
    async (next) => {
      const answer = await call(server, '/sign-in', { form: { token: operator, next } })
      expect(answer.headers.get('location')).toBe('/')
    },
  )

  it.each(['multipart/form-data', 'multipart/form-data; boundary=x'])(
    'tells whoever sends a form that is none as %s, and its log nothing',
    async (type) => {
      const cookie = await signIn(server, operator)
      for (const target of ['/sign-in', '/schedules/hourly/pause']) {
        const answer = await fetch(`${server.url}${target}`, {
          method: 'POST',
          headers: { cookie, 'content-type': type },
          body: 'nonsense',
        })
        expect([target, answer.status]).toEqual([target, 400])
        expect(await answer.text()).toContain('The form cannot be read')
      }
      expect(server.output()).not.toContain('FormData')
    },
  )

  it('signs out', async () => {
    const cookie = await signIn(server, operator)
    const csrf = await csrfOf(cookie)
    const answer = await call(server, '/sign-out', { headers: { cookie }, form: { csrf } })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('set-cookie')).toMatch(/^run-due-schedules-session=; Max-Age=0/)
  })

  it('takes changes by cookie only with the token of its session', async () => {
    const cookie = await signIn(server, operator)
    const [own, other] = [await csrfOf(cookie), await csrfOf(await signIn(server, viewer))]
    const pause = (headers: Record<string, string>) =>
      call(server, PAUSE, { method: 'POST', headers: { cookie, ...headers } })
    expect(await pause({})).toMatchObject({ status: 403, body: { error: { code: 'CSRF' } } })
    expect(await pause({ 'x-csrf-token': other })).toMatchObject({ status: 403, body: { error: { code: 'CSRF' } } })
    expect(await pause({ 'x-csrf-token': own })).toMatchObject({ status: 200, body: { enabled: false } })
    const resume = await call(server, '/api/schedules/hourly/resume', {
      method: 'POST',
      headers: { cookie, 'x-csrf-token': own },
    })
    expect(resume.status).toBe(200)
  })

  it('lets a proxy before it have an Authorization of its own, and still guards the cookie', async () => {
    const authorization = `Basic ${btoa('proxy:password')}`
    const cookie = await signIn(server, operator)
    const headers = { cookie, authorization }
    expect((await call(server, '/', { headers })).status).toBe(200)
    expect(await call(server, PAUSE, { method: 'POST', headers })).toMatchObject({
      status: 403,
      body: { error: { code: 'CSRF' } },
    })
    expect((await call(server, '/api/overview', { headers: { authorization } })).status).toBe(401)
    for (const bearer of ['Bearer', 'Bearer wrong', 'bearer a b']) {
      const refused = await call(server, '/api/overview', { headers: { cookie, authorization: bearer } })
      expect([bearer, refused.status]).toEqual([bearer, 401])
    }
  })

  it('keeps what was typed into a form that is out of date, to be sent again', async () => {
    const cookie = await signIn(server, operator)
    const form = { csrf: 'of yesterday', reason: 'moving <b>it</b>', for: '4h', until: '' }
    const pause = (fields: Record<string, string>) =>
      call(server, '/schedules/hourly/pause', { headers: { cookie }, form: fields })
    const refused = await pause(form)
    expect(refused.status).toBe(403)
    expect(refused.text).toContain('This page is out of date')
    expect(refused.text).toContain('<dd class="typed">moving &lt;b&gt;it&lt;/b&gt;</dd>')
    expect(refused.text).toContain('action="/schedules/hourly/pause"')
    expect(refused.text).toContain(`name="csrf" value="${await csrfOf(cookie)}"`)
    expect(refused.text).not.toContain('of yesterday')
    expect((await pause({ ...form, csrf: await csrfOf(cookie) })).status).toBe(303)
    const byViewer = await signIn(server, viewer)
    const forbidden = await call(server, '/schedules/hourly/resume', {
      headers: { cookie: byViewer },
      form: { csrf: await csrfOf(byViewer), reason: 'mine' },
    })
    expect(forbidden).toMatchObject({ status: 403, text: expect.stringContaining('mine</dd>') as string })
    expect(forbidden.text).not.toContain('Send it again')
    const foreign = await call(server, '/schedules/hourly/pause', {
      headers: { cookie, origin: 'https://evil.example' },
      form,
    })
    expect(foreign.text).toContain('This came from another site')
    expect(foreign.text).not.toContain('moving')
    expect((await call(server, '/api/schedules/hourly/resume', { token: operator, body: {} })).status).toBe(200)
  })

  it.each<[string, Record<string, string>]>([
    ['another site', { origin: 'https://evil.example' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['another port of this host', { origin: 'http://127.0.0.1:1' }],
    ['another site, as the browser says', { 'sec-fetch-site': 'cross-site' }],
    ['a neighbour under the same domain', { 'sec-fetch-site': 'same-site' }],
  ])('takes nothing that a page of %s made a browser send', async (_site, headers) => {
    const cookie = await signIn(server, operator)
    const csrf = await csrfOf(cookie)
    const forged: Call = { method: 'POST', headers: { cookie, 'x-csrf-token': csrf, ...headers } }
    expect(await call(server, PAUSE, forged)).toMatchObject({ status: 403, body: { error: { code: 'CROSS_ORIGIN' } } })
    const signedIn = await call(server, '/sign-in', { form: { token: operator }, headers })
    expect([signedIn.status, signedIn.headers.get('set-cookie')]).toEqual([403, null])
  })

  it('takes what its own pages send, also behind a proxy', async () => {
    const own = { origin: server.url, 'sec-fetch-site': 'same-origin' }
    expect((await call(server, '/sign-in', { form: { token: operator }, headers: own })).status).toBe(303)
    const proxied = { origin: 'https://cron.example', 'x-forwarded-host': 'cron.example' }
    expect((await call(server, '/sign-in', { form: { token: operator }, headers: proxied })).status).toBe(303)
    const renamed = { origin: 'https://cron.example', 'sec-fetch-site': 'same-origin' }
    expect((await call(server, '/sign-in', { form: { token: operator }, headers: renamed })).status).toBe(303)
  })

  it('lets a link of another site find the cookie that its browser held back', async () => {
    const answer = await call(server, '/runs', { headers: { 'sec-fetch-site': 'cross-site' } })
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('http-equiv="refresh"')
  })

  it('stops an address that keeps failing to sign in, and no other', async () => {
    const from = (address: string, token = 'wrong') =>
      call(server, '/sign-in', { form: { token }, headers: { 'x-forwarded-for': address } })
    for (let tries = 0; tries < 10; tries++) expect((await from('203.0.113.9')).status).toBe(401)
    const stopped = await from('203.0.113.9', operator)
    expect(stopped.status).toBe(429)
    expect(Number(stopped.headers.get('retry-after'))).toBeGreaterThan(0)
    // What the client itself claims to be comes first in the list.
    expect((await from('198.51.100.1, 203.0.113.9', operator)).status).toBe(429)
    expect((await from('203.0.113.10', operator)).status).toBe(303)
  })

  it('sends every answer with headers that keep it harmless', async () => {
    for (const target of ['/', '/sign-in', '/healthz', '/api/overview', '/api/nothing', '/nothing']) {
      const { headers } = await call(server, target, { token: viewer })
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toMatch(/default-src 'none'; script-src 'self' 'nonce-[\w+/=]{24}'/)
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('unsafe')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('same-origin')
      expect(headers.get('cache-control')).toBe('no-store')
    }
  })

  it('never writes a token, cookie or secret to its log', () => {
    for (const secret of [SECRET, operator, viewer]) expect(server.output()).not.toContain(secret)
  })
})
