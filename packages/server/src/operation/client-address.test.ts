import { expect, test } from 'vitest'
import { checkNetwork, clientAddressBehind, type TrustedProxies } from './client-address.ts'
import { forwardedFor, parseIpAddress, toAttemptKey } from './forwarded.ts'

const networks = ['10.0.0.0/8', '2001:db8:1::/48', '192.0.2.7']

function seen(
  peer: string | undefined,
  headers: Record<string, string>,
  trust: Partial<TrustedProxies> = {},
): string {
  const request = { headers, socket: { remoteAddress: peer } }
  const find = clientAddressBehind({ networks, header: 'x-forwarded-for', ...trust })
  return find(request as Parameters<typeof find>[0])
}

test('clientAddressBehind without trusted proxies ignores forwarding headers and returns the address of the connection', () => {
  const headers = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9' }
  expect(seen('10.0.0.1', headers, { networks: [] })).toBe('10.0.0.1')
  expect(seen('::ffff:10.0.0.1', headers, { networks: [] })).toBe('10.0.0.1')
  expect(seen(undefined, headers, { networks: [] })).toBe('')
})

test.each<[string, string, string, string]>([
  ['reads the hop that a trusted proxy wrote', '10.0.0.1', '203.0.113.9', '203.0.113.9'],
  ['takes a peer that is not trusted for the client', '203.0.113.1', '203.0.113.9', '203.0.113.1'],
  ['follows a chain of trusted proxies', '10.0.0.1', '203.0.113.9, 192.0.2.7,10.1.1.1', '203.0.113.9'],
  [
    'ignores hops in front of the first untrusted address',
    '10.0.0.1',
    '127.0.0.1, 203.0.113.9',
    '203.0.113.9',
  ],
  [
    'ignores a trusted address in front of the first untrusted address',
    '10.0.0.1',
    '6.6.6.6, 10.9.9.9, 203.0.113.9',
    '203.0.113.9',
  ],
  ['returns the leftmost hop when all are trusted', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
  ['removes ports and brackets', '::ffff:10.0.0.1', '[2001:db8::7]:443', '2001:db8::7'],
  ['removes the port of an IPv4 address', '2001:db8:1::1', '203.0.113.9:4711', '203.0.113.9'],
  ['stops at a malformed hop', '10.0.0.1', '203.0.113.9, nonsense, 10.0.0.2', '10.0.0.2'],
  ['ignores an empty header', '10.0.0.1', '', '10.0.0.1'],
])('clientAddressBehind, with X-Forwarded-For, %s', (_, peer, value, address) => {
  expect(seen(peer, { 'x-forwarded-for': value })).toBe(address)
})

test('clientAddressBehind reads only the forwarding header that is configured', () => {
  const headers = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=198.51.100.1' }
  expect(seen('10.0.0.1', headers)).toBe('203.0.113.9')
  expect(seen('10.0.0.1', headers, { header: 'forwarded' })).toBe('198.51.100.1')
  expect(seen('10.0.0.1', { 'x-forwarded-for': '6.6.6.6' }, { header: 'forwarded' })).toBe('10.0.0.1')
})

test.each<[string, string | null]>([
  ['for=192.0.2.43', '192.0.2.43'],
  ['For="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
  ['proto=https;by=10.0.0.1;for="192.0.2.43:80"', '192.0.2.43'],
  ['for=unknown', null],
  ['for=_hidden', null],
  ['by=192.0.2.43', null],
  ['for=192.0.2.43;for=192.0.2.44', null],
  // The two elements result from the parameter `host="a,for=6.6.6.6;x"`, which a proxy wrote for a forged Host header
  // of its client.
  ['for=6.6.6.6"', null],
  ['for=6.6.6.6;x"', null],
  ['for=6.6.6.6;x=\\""', null],
])('forwardedFor parses %s', (element, address) => {
  expect(forwardedFor(element)).toBe(address)
})

test('clientAddressBehind returns the address of the proxy when a comma splits a quoted text in the Forwarded header', () => {
  const forwarded = 'for=203.0.113.9;host="a,for=6.6.6.6;x"'
  expect(seen('10.0.0.1', { forwarded }, { header: 'forwarded' })).toBe('10.0.0.1')
})

test('parseIpAddress returns an IP address without its zone, or null when the text is not an IP address', () => {
  expect(parseIpAddress('fe80::1%eth0')).toBe('fe80::1')
  for (const none of ['', 'localhost', '1.2.3', '[::1', '1.2.3.4:x', '::1]'])
    expect(parseIpAddress(none)).toBeNull()
})

test('toAttemptKey returns the /64 network of an IPv6 address', () => {
  expect(toAttemptKey('2001:DB8:0:0:1:2:3:4')).toBe(toAttemptKey('2001:db8::ffff:0:0:1'))
  expect(toAttemptKey('2001:db8::1')).toBe('2001:db8:0:0::/64')
  expect(toAttemptKey('1:2:3:4:5:6:7:8')).toBe('1:2:3:4::/64')
  expect(toAttemptKey('::1')).toBe('0:0:0:0::/64')
  expect(toAttemptKey('203.0.113.9')).toBe('203.0.113.9')
})

test('checkNetwork refuses malformed networks and networks that contain all addresses', () => {
  for (const good of ['10.0.0.0/8', '10.0.0.1', '::1', '2001:db8::/32'])
    expect(() => checkNetwork(good)).not.toThrow()
  for (const bad of [
    '',
    'x',
    '10.0.0.0/33',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/8/8',
    '2001:db8::/129',
    '10.0.0.0/',
  ])
    expect(() => checkNetwork(bad)).toThrow(/networks such as/)
})
