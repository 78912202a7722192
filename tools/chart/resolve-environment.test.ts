import { expect, test } from 'vitest'
import { resolveEnvironment } from './resolve-environment.ts'

function resolveWorkers(cpu: string | number | undefined): string | undefined {
  const env = [{ name: 'WORKERS', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } }]
  const limits = cpu === undefined ? {} : { cpu }
  return resolveEnvironment({ name: 'a', env, resources: { limits } }, () => '')['WORKERS']
}

test('resolveEnvironment rounds the CPU limit up to a whole number, like Kubernetes', () => {
  expect(['500m', '1', 1, '1500m', '2.5', 4].map(resolveWorkers)).toEqual(['1', '1', '1', '2', '3', '4'])
  expect(() => resolveWorkers(undefined)).toThrow('malformed')
})

test('resolveEnvironment reads values from Secrets, and refuses unknown sources of values', () => {
  const env = [
    { name: 'A', value: 'text' },
    { name: 'B', valueFrom: { secretKeyRef: { name: 'secret', key: 'key' } } },
  ]
  const readSecret = (name: string, key: string): string => `${name}/${key}`
  expect(resolveEnvironment({ name: 'a', env }, readSecret)).toEqual({ A: 'text', B: 'secret/key' })
  expect(() => resolveEnvironment({ name: 'a', env: [{ name: 'C', valueFrom: {} }] }, readSecret)).toThrow(
    'not supported',
  )
})
