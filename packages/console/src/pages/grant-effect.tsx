import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { GrantEffect, PreviewGrantResponse, SecurableName } from '../api/generated/management.ts'
import { request } from '../api/request.ts'
import { t } from '../text.ts'

/** Time in ms without input after which the effect is requested. */
const pauseMs = 300
/** Maximum number of names in a sentence. */
const maxNames = 12

interface GrantEffectProps {
  readonly action: 'grant' | 'revoke'
  readonly privilege: string
  readonly on: SecurableName
  readonly to: Readonly<Record<string, string>>
}

/** States which principals gain or lose a privilege, before the change is made. */
export function GrantEffectNote({ action, privilege, on, to }: GrantEffectProps): VNode {
  const [effect, setEffect] = useState<GrantEffect | null>(null)
  const body = JSON.stringify({ action, privilege, on, to })
  useEffect(() => {
    setEffect(null)
    if (Object.values(to).includes('')) return undefined
    const stop = new AbortController()
    const timer = setTimeout(() => {
      // The request fails while the user has typed only a part of a name. The page then shows no effect and no error.
      request<PreviewGrantResponse>('management/v1/grants/preview', {
        method: 'POST',
        body: JSON.parse(body),
        signal: stop.signal,
      }).then(
        ({ effects: [first] }) => setEffect(first ?? null),
        () => setEffect(null),
      )
    }, pauseMs)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [body])
  return (
    <p class="muted" role="status">
      {effect !== null && describe(effect)}
    </p>
  )
}

function describe({ privilege, gains, loses, isComplete }: GrantEffect): string {
  const more = isComplete ? '' : t(' Further principals may be affected.')
  if (gains.length === 0 && loses.length === 0)
    return t('No principal gains or loses {privilege} on this object.', { privilege }) + more
  const sentence =
    gains.length > 0
      ? t('Gains {privilege}: {names}.', { privilege, names: list(gains) })
      : t('Loses {privilege}: {names}.', { privilege, names: list(loses) })
  return sentence + more
}

function list(principals: GrantEffect['gains']): string {
  const names = principals.slice(0, maxNames).map(({ name }) => name)
  const others = principals.length - names.length
  return others > 0
    ? t('{names} and {count} others', { names: names.join(', '), count: others })
    : names.join(', ')
}
