import { RegExpRouter } from 'hono/router/reg-exp-router'
import { HeadgateError } from '@headgate/errors'
import type { Operation } from '../operation/operation.ts'

/** Operation that matches a request line, and the path parameters in percent-encoded form. */
export interface Match<T> {
  readonly target: T
  readonly params: Readonly<Record<string, string>>
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const noParams = {}

/**
 * Finds the operation of a request by its path. The path is neither decoded nor normalized before: `%2F` in a
 * name must not become a segment border, and `.` or `..` must not redirect the request.
 */
export class Router<T extends Pick<Operation, 'method' | 'path' | 'acceptsFinalSlash'>> {
  readonly #routers = new Map<string, RegExpRouter<T>>()
  /**
   * Operations whose path has no parameters and no wildcard. They take precedence, so `/v1/config` is not a path with the
   * prefix `config`.
   */
  readonly #fixed = new Map<string, T>()

  constructor(targets: Iterable<T>) {
    for (const target of targets) {
      if (!/[:*]/.test(target.path)) {
        this.#fixed.set(`${target.method} ${target.path}`, target)
        continue
      }
      const router = this.#routers.get(target.method) ?? new RegExpRouter<T>()
      this.#routers.set(target.method, router)
      router.add('ALL', target.path, target)
    }
  }

  /**
   * Returns the operation for a method and an undecoded path.
   *
   * @throws HeadgateError `no-such-route` for an unknown path, `method-not-allowed` for a known path with another
   * method
   */
  match(method: string, path: string): Match<T> {
    refuseDotSegments(path)
    const found = this.#find(method, path)
    if (found) return found
    const allowed = methods.filter((other) => this.#find(other, path))
    if (allowed.length === 0)
      throw new HeadgateError('no-such-route', `No route matches ${printable(method)} ${printable(path)}.`)
    throw new HeadgateError(
      'method-not-allowed',
      `${printable(path)} supports ${allowed.join(', ')}, not ${printable(method)}.`,
      { allow: allowed },
    )
  }

  #find(method: string, path: string): Match<T> | null {
    const found = this.#findExactly(method, path)
    if (found !== null || !path.endsWith('/')) return found
    const withoutSlash = this.#findExactly(method, path.slice(0, -1))
    return withoutSlash?.target.acceptsFinalSlash === true ? withoutSlash : null
  }

  #findExactly(method: string, path: string): Match<T> | null {
    const fixed = this.#fixed.get(`${method} ${path}`)
    if (fixed) return { target: fixed, params: noParams }
    const result = this.#routers.get(method)?.match('ALL', path)
    const handler = result?.[0][0]
    if (!result || !handler) return null
    const [target, names] = handler
    const captures = result[1]
    const params: Record<string, string> = {}
    for (const name in names) {
      const value: unknown = names[name]
      params[name] = typeof value === 'number' ? (captures?.[value] ?? '') : String(value)
    }
    return { target, params }
  }
}

function refuseDotSegments(path: string): void {
  if (!path.includes('.') && !path.includes('%2')) return
  for (const segment of path.split('/')) {
    const plain = segment.replaceAll(/%2e/gi, '.')
    if (plain === '.' || plain === '..') {
      throw new HeadgateError('bad-request', 'A path segment must not be "." or "..". Rename the object.')
    }
  }
}

function printable(text: string): string {
  return text.slice(0, 200).replaceAll(/[^\x20-\x7e]/g, '?')
}
