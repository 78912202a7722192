import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { toObjectPlace } from '../api/catalog.ts'
import type { ListWarehousesResponse, WarehouseCheck } from '../api/generated/management.ts'
import { request, toError } from '../api/request.ts'
import { useGet } from '../api/use-get.ts'
import { Link } from '../router.tsx'
import { t } from '../text.ts'
import { Page } from '../ui/page.tsx'
import { Badge } from '../ui/small.tsx'
import { Empty, Shown } from '../ui/states.tsx'

/** Number of warehouses that are checked at the same time. */
const concurrency = 2

/** Result of the check of a warehouse. Null: it is running. */
type Health = WarehouseCheck | Error | null

/** Checks the storage and the credentials of all warehouses. */
export function HealthPage(): VNode {
  const loaded = useGet<ListWarehousesResponse>('management/v1/warehouses?pageSize=1000')
  return (
    <Page
      title={t('Health')}
      icon="health"
      about={t('Whether the storage of each warehouse responds, and clients get working credentials.')}
    >
      <Shown of={loaded}>
        {({ warehouses }) =>
          warehouses.length === 0 ? (
            <Empty title={t('You cannot see a warehouse yet')} />
          ) : (
            <Checks names={warehouses.map(({ name }) => name)} />
          )
        }
      </Shown>
    </Page>
  )
}

function Checks({ names }: { readonly names: readonly string[] }): VNode {
  const [results, setResults] = useState<ReadonlyMap<string, Health>>(new Map())
  const check = (): AbortController => {
    const stop = new AbortController()
    setResults(new Map())
    const waiting = [...names]
    const work = async (): Promise<void> => {
      for (let name = waiting.shift(); name !== undefined && !stop.signal.aborted; name = waiting.shift()) {
        const path = `management/v1/warehouses/${encodeURIComponent(name)}/check`
        const one = name
        const result = await request<WarehouseCheck>(path, {
          method: 'POST',
          body: {},
          signal: stop.signal,
        }).catch(toError)
        setResults((known) => new Map([...known, [one, result]]))
      }
    }
    for (let worker = 0; worker < concurrency; worker += 1) void work()
    return stop
  }
  useEffect(() => {
    const stop = check()
    return () => stop.abort()
  }, [names.join()])
  return (
    <>
      <p role="status" class="muted">
        {t('{done} of {count} checked', { done: results.size, count: names.length })}
      </p>
      <ul class="cards">
        {names.map((name) => (
          <li class="card" key={name}>
            <h2>
              <Link to={`${toObjectPlace(name)}?tab=storage`}>{name}</Link>{' '}
              <State of={results.get(name) ?? null} />
            </h2>
            <Findings of={results.get(name) ?? null} />
          </li>
        ))}
      </ul>
    </>
  )
}

function State({ of: health }: { readonly of: Health }): VNode {
  if (health === null) return <Badge>{t('checking')}</Badge>
  const isGood = !(health instanceof Error) && health.ok
  return <Badge tone={isGood ? 'good' : 'bad'}>{isGood ? t('healthy') : t('has faults')}</Badge>
}

function Findings({ of: health }: { readonly of: Health }): VNode | null {
  if (health === null) return null
  if (health instanceof Error) return <p class="muted">{health.message}</p>
  return (
    <ul class="findings">
      {health.findings.map(({ name, ok, message }) => (
        <li key={name}>
          <Badge tone={ok ? 'good' : 'bad'}>{ok ? t('ok') : t('fails')}</Badge> <strong>{name}</strong>{' '}
          {!ok && <span class="muted">{message}</span>}
        </li>
      ))}
    </ul>
  )
}
