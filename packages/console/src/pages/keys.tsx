import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { Key, ListKeysResponse } from '../api/generated/management.ts'
import { request } from '../api/request.ts'
import { useGet } from '../api/use-get.ts'
import { t } from '../text.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Page } from '../ui/page.tsx'
import { Badge, Facts, Section, Time } from '../ui/small.tsx'
import { Shown } from '../ui/states.tsx'

const path = 'management/v1/keys'

/** Change of a key that the user must confirm. */
interface Change {
  readonly key: Key
  readonly action: 'add' | 'promote' | 'retire'
}

/** Shows the keys with which the server signs and encrypts, and rotates them. */
export function KeysPage(): VNode {
  const loaded = useGet<ListKeysResponse>(path)
  const [change, setChange] = useState<Change | null>(null)
  return (
    <Page
      title={t('Keys')}
      icon="key"
      about={t('Keys with which the server signs tokens and encrypts secrets. The secrets are never shown.')}
    >
      <Shown of={loaded}>
        {({ keys, masterKey }) => (
          <>
            <DataTable
              label={t('Keys')}
              rows={keys}
              toKey={({ id }) => id}
              columns={[
                { heading: t('Purpose'), cell: ({ purpose }) => purpose },
                {
                  heading: t('State'),
                  kind: 'fit',
                  cell: ({ state }) => <Badge tone={state === 'active' ? 'good' : 'plain'}>{state}</Badge>,
                },
                { heading: t('Created'), kind: 'fit', cell: ({ createdAt }) => <Time at={createdAt} /> },
                { heading: t('Id'), cell: ({ id }) => <code>{id}</code> },
                { heading: '', kind: 'fit', cell: (key) => <Actions of={key} onChoose={setChange} /> },
              ]}
            />
            <Section title={t('Master key')}>
              <Facts
                of={[
                  [t('Fingerprint'), <code key="fingerprint">{masterKey.fingerprint}</code>],
                  [t('Previous fingerprint'), masterKey.previousFingerprint],
                  [
                    t('Secrets to encrypt again'),
                    masterKey.keysToReseal + masterKey.warehousesToReseal + masterKey.accessKeysToReseal,
                  ],
                ]}
              />
            </Section>
          </>
        )}
      </Shown>
      {change !== null && (
        <ChangeDialog change={change} onDone={() => loaded.reload()} onClose={() => setChange(null)} />
      )}
    </Page>
  )
}

function Actions({
  of: key,
  onChoose,
}: {
  readonly of: Key
  readonly onChoose: (change: Change) => void
}): VNode {
  const actions = {
    added: [
      ['promote', t('Use')],
      ['retire', t('Remove')],
    ],
    active: [['add', t('Add successor')]],
    retired: [],
  } as const
  return (
    <>
      {actions[key.state as keyof typeof actions].map(([action, label]) => (
        <button
          key={action}
          type="button"
          class={action === 'retire' ? 'quiet danger' : 'quiet'}
          onClick={() => onChoose({ key, action })}
        >
          {label}
          <span class="hidden"> {`${key.purpose} ${key.id}`}</span>
        </button>
      ))}
    </>
  )
}

interface ChangeDialogProps {
  readonly change: Change
  readonly onDone: () => void
  readonly onClose: () => void
}

function ChangeDialog({ change: { key, action }, onDone, onClose }: ChangeDialogProps): VNode {
  const texts = {
    add: [
      t('Add a successor for {purpose}?', { purpose: key.purpose }),
      t('The key is not used until you choose "Use". All replicas must have loaded it before.'),
    ],
    promote: [
      t('Use the added key for {purpose}?', { purpose: key.purpose }),
      t('The server signs or encrypts with it from now on. What the previous key has signed stays valid.'),
    ],
    retire: [
      t('Remove the added key for {purpose}?', { purpose: key.purpose }),
      t('The key was never used, so nothing becomes invalid.'),
    ],
  } as const
  const run = async (): Promise<void> => {
    const one = `${path}/${encodeURIComponent(key.id)}`
    if (action === 'add') await request(path, { method: 'POST', body: { purpose: key.purpose } })
    else if (action === 'promote') await request(`${one}/promote`, { method: 'POST' })
    else await request(one, { method: 'DELETE' })
    onDone()
  }
  const [title, about] = texts[action]
  return (
    <Dialog title={title} confirm={t('Confirm')} onClose={onClose} onConfirm={run}>
      <p>{about}</p>
    </Dialog>
  )
}
