import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { registerAccessKeys } from './access-key.ts'
import { registerCreate } from './create.ts'
import { registerDelete } from './delete.ts'
import { registerDropOldSecret } from './drop-old-secret.ts'
import { registerFederations } from './federation.ts'
import { registerClientKeys } from './key.ts'
import { registerList } from './list.ts'
import { registerRotate } from './rotate.ts'
import { registerShow } from './show.ts'
import { registerStateChanges } from './state.ts'

export function registerPrincipals(program: Command, io: Io): void {
  const group = program
    .command('principal')
    .description('Principals: services, and users of identity providers.')
  registerCreate(group, io)
  registerList(group, io)
  registerShow(group, io)
  registerStateChanges(group, io)
  registerRotate(group, io)
  registerDropOldSecret(group, io)
  registerClientKeys(group, io)
  registerAccessKeys(group, io)
  registerFederations(group, io)
  registerDelete(group, io)
}
