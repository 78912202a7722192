import type { VNode } from 'preact'
import type { SecurableName } from '../api/generated/management.ts'
import { t } from '../text.ts'
import { EventList } from './event-list.tsx'
import { toQuery } from './securable.ts'

/** Tab that lists the audit events of an object. */
export function HistoryTab({ filter }: { readonly filter: Exclude<SecurableName, 'server'> }): VNode {
  return (
    <>
      <p class="muted">
        {t(
          'Changes and refused requests. Reads are in the log of the server, unless HEADGATE_AUDIT_READS is "store".',
        )}
      </p>
      <EventList query={toQuery(filter)} />
    </>
  )
}
