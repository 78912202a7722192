import { type HttpRequest, headerValue } from '@headgate/http'
import type { AuthProvider } from '../src/auth-provider.ts'
import { AuthRegistry, type CreateOptions } from '../src/registry.ts'
import type { Properties } from '../src/properties/auth-properties.ts'
import type { ReadyProvider } from '../src/auth-provider.ts'

/** Creates a provider from properties, with a registry that has only the built-in types. */
export async function create(properties: Properties, options?: CreateOptions): Promise<ReadyProvider> {
  return await new AuthRegistry().create(properties, options)
}

/** Creates a request for tests, with some members changed. */
export function aRequest(changes: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'GET', url: 'https://catalog.example.com/v1/config', headers: [], body: null, ...changes }
}

/** Authenticates a request with a provider, and returns the value of one header of the result. */
export async function headerAfter(
  provider: AuthProvider,
  name: string,
  request: HttpRequest = aRequest(),
): Promise<string | undefined> {
  return headerValue((await provider.authenticate(request)).headers, name)
}

/** Creates a clock that advances only when a test calls `advance`. */
export function testClock(start: number = Date.UTC(2026, 0, 1)): {
  now: () => number
  advance: (ms: number) => void
} {
  let time = start
  return {
    now: () => time,
    advance: (ms) => {
      time += ms
    },
  }
}

/** Returns the message of the error that a promise rejects with, or `no error`. */
export async function catchMessage(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'no error'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
