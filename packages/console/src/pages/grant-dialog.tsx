import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { ListPrincipalsResponse, ListRolesResponse, SecurableName } from '../api/generated/management.ts'
import { request } from '../api/request.ts'
import { invalidate, useGet } from '../api/use-get.ts'
import { t } from '../text.ts'
import { Dialog, Field } from '../ui/dialog.tsx'
import { GrantEffectNote } from './grant-effect.tsx'
import { nameObject, privileges } from './securable.ts'

interface GrantDialogProps {
  readonly on: SecurableName
  readonly onClose: () => void
}

/** Dialog that grants a privilege on an object to a principal or role. */
export function GrantDialog({ on, onClose }: GrantDialogProps): VNode {
  const [kind, setKind] = useState<'principal' | 'role'>('principal')
  const [name, setName] = useState('')
  const [privilege, setPrivilege] = useState('select')
  const principals = useGet<ListPrincipalsResponse>('management/v1/principals?pageSize=200').data?.principals
  const roles = useGet<ListRolesResponse>('management/v1/roles?pageSize=200').data?.roles
  const known = kind === 'principal' ? principals : roles
  const grant = async (): Promise<void> => {
    await request('management/v1/grants', { method: 'POST', body: { privilege, on, to: { [kind]: name } } })
    invalidate('management/v1/grants')
  }
  return (
    <Dialog
      title={t('Grant on {object}', { object: nameObject(on) })}
      confirm={t('Grant {privilege}', { privilege })}
      onClose={onClose}
      onConfirm={grant}
    >
      <Field label={t('To')}>
        {(id) => (
          <div class="joined">
            <select
              aria-label={t('Kind')}
              value={kind}
              onChange={(event) => setKind(event.currentTarget.value === 'role' ? 'role' : 'principal')}
            >
              <option value="principal">{t('principal')}</option>
              <option value="role">{t('role')}</option>
            </select>
            <input
              id={id}
              required
              autoFocus
              autoComplete="off"
              list={`${id}-names`}
              value={name}
              placeholder={t('name or id')}
              onInput={(event) => setName(event.currentTarget.value)}
            />
            <datalist id={`${id}-names`}>
              {known?.map((each) => (
                <option key={each.id} value={each.name} />
              ))}
            </datalist>
          </div>
        )}
      </Field>
      <fieldset class="choices">
        <legend>{t('Privilege')}</legend>
        {privileges.map(([each, about]) => (
          <label key={each}>
            <input
              type="radio"
              name="privilege"
              checked={each === privilege}
              onChange={() => setPrivilege(each)}
            />
            <span class="strong">{each}</span> <span class="muted">{about}</span>
          </label>
        ))}
      </fieldset>
      <GrantEffectNote action="grant" privilege={privilege} on={on} to={{ [kind]: name }} />
      <p class="muted">{t('The grant also applies to everything below this object.')}</p>
    </Dialog>
  )
}
