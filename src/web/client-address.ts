import { BlockList, isIPv6 } from 'node:net'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'
import type { WebEnv } from './session.js'

const FORWARDING = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via']
// An address, or the name of every machine for itself: any other may be one that a web page had resolved to this machine.
const OWN_NAME = /^(localhost|[\d.]+|\[[\da-f:.]+\])(:\d+)?$/i

const loopback = networks(['127.0.0.0/8', '::1/128'])
const inside = networks([
  ...['127.0.0.0/8', '::1/128', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
  ...['100.64.0.0/10', '169.254.0.0/16', 'fc00::/7', 'fe80::/10'],
])

/** True: asked by a process of this machine, and neither on behalf of another nor by a page whose name was bent to it. */
export function isLocal(context: Context<WebEnv>): boolean {
  const isForwarded = FORWARDING.some((name) => context.req.header(name) !== undefined)
  return contains(loopback, peerOf(context)) && !isForwarded && OWN_NAME.test(context.req.header('host') ?? '')
}

/** Whose tries to sign in are counted together. A peer inside the network may be a proxy: then what it says of its own peer. */
export function clientAddress(context: Context<WebEnv>): string {
  const peer = peerOf(context)
  const forwarded = context.req.header('x-forwarded-for')?.split(',').at(-1)?.trim()
  return forwarded !== undefined && forwarded !== '' && contains(inside, peer) ? forwarded.slice(0, 64) : peer
}

/** True when the browser speaks TLS, to this server or to the proxy before it. */
export function isSecure(context: Context<WebEnv>): boolean {
  const forwarded = context.req.header('x-forwarded-proto')?.split(',')[0]?.trim().toLowerCase()
  return (forwarded ?? new URL(context.req.url).protocol.replace(':', '')) === 'https'
}

function peerOf(context: Context<WebEnv>): string {
  return (getConnInfo(context).remote.address ?? '').replace(/^::ffff:/, '').replace(/%.*$/, '')
}

function contains(list: BlockList, address: string): boolean {
  return address !== '' && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

function networks(prefixes: readonly string[]): BlockList {
  const list = new BlockList()
  for (const prefix of prefixes) {
    const [network = '', bits] = prefix.split('/')
    list.addSubnet(network, Number(bits), isIPv6(network) ? 'ipv6' : 'ipv4')
  }
  return list
}
