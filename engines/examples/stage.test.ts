import { expect, test } from 'vitest'
import { findPorts, replacePorts } from './stage.ts'

test('findPorts returns the ports in addresses of this machine and in options', () => {
  const text = 'uri=http://127.0.0.1:8181/v1 --port 8282 --http-port=8080 10.0.0.1:9000 127.0.0.1:8181'
  expect(findPorts(text)).toEqual([8181, 8282, 8080, 8181])
})

test('replacePorts replaces the ports that are in the map', () => {
  const ports = new Map([
    [8181, 40001],
    [8282, 40002],
  ])
  expect(replacePorts('http://127.0.0.1:8181/a --port 8282 127.0.0.1:8080', ports)).toBe(
    'http://127.0.0.1:40001/a --port 40002 127.0.0.1:8080',
  )
})
