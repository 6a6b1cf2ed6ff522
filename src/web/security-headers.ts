import { randomBytes } from 'node:crypto'
import { createMiddleware } from 'hono/factory'
import { isSecure } from './client-address.js'
import type { WebEnv } from './session.js'

const HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  // Not no-referrer: browsers would then send `Origin: null` with our own forms.
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=()',
  'X-Robots-Tag': 'noindex, nofollow',
}

/** Allows an answer nothing but this server's own files, and inline scripts that carry its nonce. */
export const secureAnswers = createMiddleware<WebEnv>(async (context, next) => {
  const nonce = randomBytes(18).toString('base64')
  context.set('nonce', nonce)
  await next()
  const { headers } = context.res
  headers.set('Content-Security-Policy', policy(nonce))
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value)
  if (isSecure(context)) headers.set('Strict-Transport-Security', 'max-age=31536000')
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store')
})

function policy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
