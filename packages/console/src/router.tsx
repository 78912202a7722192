import type { ComponentChildren, VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/**
 * Base path of the console in the URL, with a trailing slash. Its JavaScript modules are in the folder `assets` below
 * it.
 */
const base = new URL('../', import.meta.url).pathname

/** Location in the console: a path relative to the base path, with a leading slash, and the query parameters. */
export interface Place {
  readonly path: string
  readonly query: URLSearchParams
}

const listeners = new Set<() => void>()

function readPlace(): Place {
  const { pathname, search } = location
  const path = pathname.startsWith(base) ? `/${pathname.slice(base.length)}` : '/'
  return { path, query: new URLSearchParams(search) }
}

/** Returns the URL of a console path, for links and requests. */
export function toUrl(place: string): string {
  return base + place.slice(1)
}

/**
 * Navigates to a console path. With `replace`, replaces the current entry of the browser history, for example after a
 * change of a filter.
 */
export function navigate(place: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  if (replace) history.replaceState(null, '', toUrl(place))
  else {
    history.pushState(null, '', toUrl(place))
    scrollTo(0, 0)
  }
  for (const listener of listeners) listener()
}

/**
 * Returns the current location in the console. It is a hook: the component is rendered again when the location
 * changes.
 */
export function usePlace(): Place {
  const [place, setPlace] = useState(readPlace)
  useEffect(() => {
    const update = (): void => setPlace(readPlace())
    listeners.add(update)
    addEventListener('popstate', update)
    return () => {
      listeners.delete(update)
      removeEventListener('popstate', update)
    }
  }, [])
  return place
}

/**
 * Matches a path with a pattern such as `/w/:warehouse`. Returns the decoded parameters, or null if the path does not
 * match.
 */
export function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | null {
  const names = pattern.split('/')
  const parts = path.replace(/(.)\/$/, '$1').split('/')
  if (names.length !== parts.length) return null
  const params: Record<string, string> = {}
  for (const [index, name] of names.entries()) {
    const part = parts[index] ?? ''
    if (!name.startsWith(':')) {
      if (name !== part) return null
      continue
    }
    if (!URL.canParse(`x:${part}`)) return null
    params[name.slice(1)] = decodeURIComponent(part)
  }
  return params
}

/** Template tag that returns a console path. Percent-encodes the values. */
export function place(strings: TemplateStringsArray, ...values: readonly string[]): string {
  return String.raw({ raw: strings }, ...values.map(encodeURIComponent))
}

interface LinkProps {
  readonly to: string
  readonly class?: string
  readonly current?: boolean
  readonly children: ComponentChildren
}

/**
 * Link to a console path. A click navigates without loading the page again, and modified clicks open another tab as
 * usual.
 */
export function Link({ to, current = false, children, ...rest }: LinkProps): VNode {
  const follow = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    navigate(to)
  }
  return (
    <a href={toUrl(to)} onClick={follow} aria-current={current ? 'page' : undefined} {...rest}>
      {children}
    </a>
  )
}
