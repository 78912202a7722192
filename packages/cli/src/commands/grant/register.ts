import type { Command } from 'commander'
import type { Io } from '../../io.ts'
import { registerGive } from './give.ts'
import { registerList } from './list.ts'
import { registerWho } from './who.ts'

export function registerGrants(program: Command, io: Io): void {
  const group = program
    .command('grant')
    .description('Who may do what with which object.')
    .addHelpText('afterAll', objectHelp)
  registerGive(group, io)
  registerList(group, io)
  registerWho(group, io)
}

/** Shown with the help of every command of the group. */
const objectHelp = `
Objects are written
  server
  warehouse:lakehouse
  namespace:lakehouse/sales.eu
  table:lakehouse/sales.eu.orders      also view:…

Without "lakehouse/", the warehouse of --warehouse is meant. A name that holds a dot, a slash or a double quote stands in
double quotes, in which a quote is doubled; the shell wants single quotes around that:
  'table:lakehouse/sales."2026.01"'    the table "2026.01" in sales

Privileges: use < select < modify < manage; create includes use, manage includes create. Each holds for everything below.
administer-storage is custody of storage: keys, endpoints, locations, vending and client properties of warehouses. It
includes use. manage on the server includes it; manage on anything else, and ownership, do not.
Several can be given at once: modify does not include create, which CREATE TABLE needs. Bundles: reader (select), writer
(modify and create), owner (manage).`
