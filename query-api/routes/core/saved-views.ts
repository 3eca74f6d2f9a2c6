/** `/api/v1/views`: filters of lists that people gave a name, for everybody of the tenant. */
import { z } from 'zod'
import { ProblemError } from '../../problem.ts'
import { type SavedView, VIEWS_MAX } from '../../questions/core/saved-views.ts'
import { noRange } from '../../schema/parameters.ts'
import {
  type SavedViewAnswer,
  savedViewSchema,
  savedViewsSchema,
  viewBodySchema,
  viewPath,
} from '../../schema/views.ts'
import { known } from '../../shape-execution.ts'
import { formatTimeText, NS_PER_MS } from '../../time.ts'
import { QUESTION_PROBLEMS, type Route, route, type Services } from '../route.ts'

const PATH = '/api/v1/views/{view_id}'
const noParameters = z.strictObject(noRange)

const listViews = route({
  path: '/api/v1/views',
  id: 'listViews',
  tag: 'Administration',
  summary: 'List the saved views',
  parameters: z.strictObject({}),
  query: noParameters,
  answer: savedViewsSchema,
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
  handle: async ({ scope, services }) => {
    const views = (await services.savedViews.of(scope.tenant)).map(shape)
    return { json: { views, count: views.length } }
  },
})

const getView = route({
  path: PATH,
  id: 'getView',
  tag: 'Administration',
  summary: 'Get a saved view',
  parameters: viewPath,
  query: noParameters,
  answer: savedViewSchema,
  problems: ['invalid_parameter', 'view_not_found', ...QUESTION_PROBLEMS],
  handle: async ({ path, scope, services }) => ({ json: shape(await find(services, scope.tenant, path.view_id)) }),
})

const saveView = route({
  method: 'put',
  path: PATH,
  id: 'saveView',
  tag: 'Administration',
  summary: 'Save a view under an id of your choice',
  parameters: viewPath,
  query: noParameters,
  body: viewBodySchema,
  answer: savedViewSchema,
  problems: [
    'invalid_parameter',
    'invalid_body',
    'malformed_body',
    'unsupported_media_type',
    'body_too_large',
    'limit_reached',
    ...QUESTION_PROBLEMS,
  ],
  handle: async ({ path: { view_id: id }, body, caller, scope, services }) => {
    const { savedViews } = services
    const views = await savedViews.of(scope.tenant)
    const before = views.find((view) => view.id === id)
    if (!before && views.length >= VIEWS_MAX) {
      throw new ProblemError('limit_reached', `There are ${VIEWS_MAX} saved views already; delete one first.`)
    }
    await savedViews.write(scope.tenant, {
      id,
      name: body.name,
      owner: before ? before.owner : (caller.subject ?? ''),
      filter_json: JSON.stringify(body.filter),
      created_at: inSeconds(before?.created_ns ?? String(BigInt(services.now()) * NS_PER_MS)),
      is_deleted: 0,
    })
    return { json: shape(await find(services, scope.tenant, id)) }
  },
})

const deleteView = route({
  method: 'delete',
  path: PATH,
  id: 'deleteView',
  tag: 'Administration',
  summary: 'Delete a saved view',
  parameters: viewPath,
  query: noParameters,
  problems: ['invalid_parameter', 'view_not_found', ...QUESTION_PROBLEMS],
  handle: async ({ path: { view_id: id }, scope, services }) => {
    const { name, owner, created_ns } = await find(services, scope.tenant, id)
    await services.savedViews.write(scope.tenant, {
      id,
      name,
      owner,
      filter_json: '{}',
      created_at: inSeconds(created_ns),
      is_deleted: 1,
    })
    return { empty: true }
  },
})

export const savedViews: readonly Route[] = [listViews, getView, saveView, deleteView]

async function find({ savedViews }: Services, tenant: string, id: string): Promise<SavedView> {
  const view = (await savedViews.of(tenant)).find((each) => each.id === id)
  if (!view) throw new ProblemError('view_not_found', 'No saved view has this id.')
  return view
}

function shape({ id, name, owner, filter_json, created_ns, updated_ns }: SavedView): SavedViewAnswer {
  return {
    id,
    name,
    owner: known(owner),
    filter: JSON.parse(filter_json) as Record<string, unknown>,
    created_at: formatTimeText(created_ns),
    updated_at: formatTimeText(updated_ns),
  }
}

/** As ClickHouse reads a DateTime64(6) in JSON. */
function inSeconds(ns: string): string {
  const micros = String(BigInt(ns) / 1000n).padStart(7, '0')
  return `${micros.slice(0, -6)}.${micros.slice(-6)}`
}
