import { describe, expect, it } from 'vitest'
import { parseDatabaseUrl } from '../../src/store/database-url.js'

describe('DATABASE_URL', () => {
  it('names a MySQL server', () => {
    expect(parseDatabaseUrl('mysql://ann:p%40ss%2F@db.example:3307/app')).toEqual({
      engine: 'mysql',
      host: 'db.example',
      port: 3307,
      socketPath: null,
      user: 'ann',
      password: 'p@ss/',
      database: 'app',
      tls: null,
    })
    expect(parseDatabaseUrl('mariadb://root@[::1]/a%20b?socket=/run/mysqld.sock')).toMatchObject({
      host: '::1',
      port: 3306,
      database: 'a b',
      socketPath: '/run/mysqld.sock',
    })
  })

  const lax = { rejectUnauthorized: false, verifyIdentity: false, caFile: null }
  const strict = { rejectUnauthorized: true, verifyIdentity: true, caFile: null }
  const ofCa = { rejectUnauthorized: true, verifyIdentity: false, caFile: '/ca.pem' }
  it.each([
    ['?ssl-mode=REQUIRED', lax],
    ['?sslMode=REQUIRED', lax],
    ['?ssl_mode=required', lax],
    ['?ssl-mode=VERIFY_IDENTITY', strict],
    ['?sslmode=verify-full', strict],
    ['?sslmode=verify-ca', { ...strict, verifyIdentity: false }],
    ['?ssl-mode=VERIFY_CA&ssl-ca=/ca.pem', ofCa],
    ['?ssl-mode=VERIFY_IDENTITY&ssl-ca=/ca.pem', { ...strict, caFile: '/ca.pem' }],
    ['?sslaccept=strict', strict],
    ['?sslaccept=strict&sslcert=/ca.pem', { ...strict, caFile: '/ca.pem' }],
    ['?sslaccept=accept_invalid_certs', lax],
    ['?sslaccept=accept_invalid_certs&sslcert=/ca.pem', { ...lax, caFile: '/ca.pem' }],
    ['?sslcert=/ca.pem', ofCa],
    ['?ssl_ca=/ca.pem', ofCa],
    ['?ssl=true', lax],
    ['?tls=true', lax],
    ['?ssl={"rejectUnauthorized":true}', strict],
    ['?ssl=%7B%22rejectUnauthorized%22%3A%20true%7D', strict],
    ['?ssl={}', strict],
    ['?ssl={"rejectUnauthorized":false}', lax],
    ['?ssl=false', null],
    ['?ssl=0', null],
    ['?useSSL=false', null],
    ['?ssl-mode=DISABLED', null],
    ['?connection_limit=5', null],
  ])('asks for TLS as %s says', (parameters, tls) => {
    expect(parseDatabaseUrl(`mysql://root@h/d${parameters}`)).toMatchObject({ tls })
  })

  it('names a file', () => {
    expect(parseDatabaseUrl('file:/data/some.db')).toEqual({ engine: 'sqlite', file: '/data/some.db' })
    expect(parseDatabaseUrl('file:///data/some%20name.db')).toEqual({ engine: 'sqlite', file: '/data/some name.db' })
    expect(parseDatabaseUrl('file:/data/some.db?connection_limit=1')).toEqual({
      engine: 'sqlite',
      file: '/data/some.db',
    })
    expect(parseDatabaseUrl('file:./x.db')).toEqual({ engine: 'sqlite', file: `${process.cwd()}/x.db` })
  })

  it.each([
    'postgres://h/d',
    'mysql://h',
    'mysql://u:s3@cr3t:x@h:port/d',
    'file:',
    'file::memory:',
    'file://elsewhere/x.db',
    'mysql://u:s3%cr3t@h/d',
    '',
  ])('refuses %s without saying its password', (url) => {
    let message = ''
    try {
      parseDatabaseUrl(url)
    } catch (error) {
      message = error instanceof Error ? error.message : ''
      expect(error).toMatchObject({ code: 'ENVIRONMENT_INVALID', exitCode: 2 })
    }
    expect(message).toMatch(/^DATABASE_URL /)
    expect(message).not.toContain('cr3t')
  })
})
