import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { DroppedRelation, ListDroppedResponse } from '../api/generated/management.ts'
import { request } from '../api/request.ts'
import { useGet } from '../api/use-get.ts'
import { t } from '../text.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Dialog, Field } from '../ui/dialog.tsx'
import { Badge, Time } from '../ui/small.tsx'
import { Empty, Shown } from '../ui/states.tsx'

/** Tab of a warehouse that lists its dropped tables and views, which can still be restored. */
export function DroppedTab({ warehouse }: { readonly warehouse: string }): VNode {
  const path = `management/v1/warehouses/${encodeURIComponent(warehouse)}/dropped`
  const loaded = useGet<ListDroppedResponse>(`${path}?pageSize=1000`)
  const [restored, setRestored] = useState<DroppedRelation | null>(null)
  return (
    <>
      <Shown of={loaded}>
        {({ dropped }) =>
          dropped.length === 0 ? (
            <Empty title={t('Nothing was dropped')}>
              {t('Dropped tables and views stay here until their retention ends.')}
            </Empty>
          ) : (
            <DataTable
              label={t('Dropped tables and views')}
              rows={dropped}
              toKey={({ id }) => id}
              columns={[
                {
                  heading: t('Name'),
                  cell: ({ namespace, name }) => <span class="strong">{[...namespace, name].join('.')}</span>,
                },
                { heading: t('Kind'), kind: 'fit', cell: ({ kind }) => kind },
                { heading: t('Dropped'), kind: 'fit', cell: ({ droppedAt }) => <Time at={droppedAt} /> },
                {
                  heading: t('Deleted'),
                  kind: 'fit',
                  cell: ({ purging, expiresAt }) =>
                    purging ? <Badge tone="warn">{t('deleting now')}</Badge> : <Time at={expiresAt} />,
                },
                {
                  heading: '',
                  kind: 'fit',
                  cell: (each) =>
                    !each.purging && (
                      <button type="button" class="quiet" onClick={() => setRestored(each)}>
                        {t('Restore')}
                        <span class="hidden"> {each.name}</span>
                      </button>
                    ),
                },
              ]}
            />
          )
        }
      </Shown>
      {restored !== null && (
        <RestoreDialog
          path={`${path}/${restored.id}/restore`}
          relation={restored}
          onClose={() => setRestored(null)}
          onDone={loaded.reload}
        />
      )}
    </>
  )
}

interface RestoreProps {
  readonly path: string
  readonly relation: DroppedRelation
  readonly onClose: () => void
  readonly onDone: () => void
}

function RestoreDialog({ path, relation, onClose, onDone }: RestoreProps): VNode {
  const [name, setName] = useState(relation.name)
  const restore = async (): Promise<void> => {
    await request(path, { method: 'POST', body: { name } })
    onDone()
  }
  return (
    <Dialog
      title={t('Restore {name}', { name: relation.name })}
      confirm={t('Restore')}
      onClose={onClose}
      onConfirm={restore}
    >
      <Field
        label={t('Name')}
        hint={t('In the namespace {namespace}. Its grants and data are unchanged.', {
          namespace: relation.namespace.join('.'),
        })}
      >
        {(id) => (
          <input
            id={id}
            required
            autoFocus
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        )}
      </Field>
    </Dialog>
  )
}
