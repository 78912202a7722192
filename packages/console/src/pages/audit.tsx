import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { navigate, usePlace } from '../router.tsx'
import { t } from '../text.ts'
import { Field } from '../ui/dialog.tsx'
import { Page } from '../ui/page.tsx'
import { TextField } from '../ui/text-field.tsx'
import { ExportButton } from './export-events.tsx'
import { EventList } from './event-list.tsx'
import { LiveTail } from './live-tail.tsx'

const filters = [
  ['principal', t('Principal'), t('name or id')],
  ['engine', t('Engine'), t('name or id')],
  ['operation', t('Operation'), 'loadTable'],
  ['queryId', t('Query id'), t('of the engine')],
  ['object', t('Object'), 'lakehouse:sales.orders'],
] as const

/** Page that lists audit events with filters, and can show new events as they are written. */
export function AuditPage(): VNode {
  const { query } = usePlace()
  const isLive = query.get('live') === 'true'
  const parameters = new URLSearchParams([...query].filter(([name]) => name !== 'live'))
  return (
    <Page
      title={t('Audit log')}
      icon="audit"
      about={t('Who did what, through which engine, and what was refused.')}
      actions={
        <>
          <ExportButton query={parameters.toString()} />
          <LiveSwitch isLive={isLive} />
        </>
      }
    >
      <FilterForm key={parameters.toString()} query={parameters} />
      {isLive ? (
        <LiveTail query={parameters.toString()} key={`live ${parameters}`} />
      ) : (
        <EventList query={parameters.toString()} key={parameters.toString()} />
      )}
    </Page>
  )
}

function LiveSwitch({ isLive }: { readonly isLive: boolean }): VNode {
  const { query } = usePlace()
  const toggle = (): void => {
    const changed = new URLSearchParams(query)
    if (isLive) changed.delete('live')
    else changed.set('live', 'true')
    navigate(`/audit?${changed}`, { replace: true })
  }
  return (
    <button type="button" aria-pressed={isLive} class={isLive ? 'live on' : 'live'} onClick={toggle}>
      <span class="dot" aria-hidden="true" />
      {t('Live')}
    </button>
  )
}

function FilterForm({ query }: { readonly query: URLSearchParams }): VNode {
  const place = usePlace()
  const [values, setValues] = useState(() => Object.fromEntries(query))
  const apply = (changed: Readonly<Record<string, string>>): void => {
    const parameters = new URLSearchParams(Object.entries(changed).filter(([, value]) => value !== ''))
    if (place.query.get('live') === 'true') parameters.set('live', 'true')
    navigate(`/audit?${parameters}`)
  }
  const set = (name: string, value: string): Readonly<Record<string, string>> => {
    const changed = { ...values, [name]: value }
    setValues(changed)
    return changed
  }
  useEffect(() => setValues(Object.fromEntries(query)), [query.toString()])
  return (
    <form
      class="filters"
      onSubmit={(event) => {
        event.preventDefault()
        apply(values)
      }}
    >
      <Field label={t('Outcome')}>
        {(id) => (
          <select
            id={id}
            value={values['outcome'] ?? ''}
            onChange={(event) => apply(set('outcome', event.currentTarget.value))}
          >
            <option value="">{t('all')}</option>
            <option value="denied">{t('denied')}</option>
            <option value="allowed">{t('allowed')}</option>
            <option value="failed">{t('failed')}</option>
          </select>
        )}
      </Field>
      {filters.map(([name, label, hint]) => (
        <TextField
          key={name}
          label={label}
          value={values[name] ?? ''}
          placeholder={hint}
          onInput={(value) => set(name, value)}
        />
      ))}
      <button type="submit">{t('Filter')}</button>
      {[...query].length > 0 && (
        <button type="button" class="quiet" onClick={() => navigate('/audit')}>
          {t('Clear')}
        </button>
      )}
    </form>
  )
}
