import type { Container, EnvironmentVariable } from './container.ts'

/** Returns the value of a key in a Kubernetes Secret. */
export type ReadSecret = (name: string, key: string) => string

/** Returns the environment variables that Kubernetes would set in a container. */
export function resolveEnvironment(container: Container, readSecret: ReadSecret): Record<string, string> {
  return Object.fromEntries(
    container.env.map((variable) => [variable.name, resolve(variable, container, readSecret)]),
  )
}

function resolve(
  { name, value, valueFrom }: EnvironmentVariable,
  { resources }: Container,
  readSecret: ReadSecret,
): string {
  if (value !== undefined) return value
  const { secretKeyRef, resourceFieldRef } = valueFrom ?? {}
  if (secretKeyRef !== undefined) return readSecret(secretKeyRef.name, secretKeyRef.key)
  if (resourceFieldRef?.resource === 'limits.cpu')
    return String(Math.ceil(toCpus(resources?.limits?.['cpu'])))
  throw new Error(
    `The check cannot resolve the environment variable ${name}, because its source is not supported: ${JSON.stringify(valueFrom)}.`,
  )
}

/** Parses a CPU quantity of Kubernetes, such as `2`, `1.5` or `500m`. */
function toCpus(amount: string | number | undefined): number {
  const text = String(amount)
  const cpus = text.endsWith('m') ? Number(text.slice(0, -1)) / 1000 : Number(text)
  if (Number.isNaN(cpus)) throw new Error(`The limit of CPUs is malformed: ${text}.`)
  return cpus
}
