import { expect, it } from 'vitest'
import { Secret } from '../secret.ts'
import { configuredHeaders } from './configured-headers.ts'

it('configuredHeaders reads the headers that Iceberg and Lance configure', () => {
  const properties = {
    uri: 'https://catalog.example.com',
    'header.X-Iceberg-Access-Delegation': 'vended-credentials',
    'headers.x-lancedb-database': new Secret('db'),
    'header.': 'nothing',
    'header.X-None': undefined,
  }
  expect(configuredHeaders(properties)).toEqual([
    ['X-Iceberg-Access-Delegation', 'vended-credentials'],
    ['x-lancedb-database', 'db'],
  ])
})
