/** The OpenAPI 3.1 document, from the same schemas that check requests and type answers. */
import { z } from 'zod'
import { ROUTE_POLICIES } from '../access/roles.ts'
import { problemSchema } from '../problem.ts'
import { PROBLEM_CODES, type ProblemCode } from '../problem-codes.ts'
import { methodOf } from '../routes/order.ts'
import { type Method, type Route, TAGS } from '../routes/route.ts'
import { ATTRIBUTE_PREFIX } from '../schema/list-query.ts'

type Json = Record<string, unknown>

export interface Parameter {
  name: string
  in: 'path' | 'query'
  required: boolean
  description?: string
  schema: Json
  [extra: string]: unknown
}

export interface Operation {
  operationId: string
  tags: string[]
  summary: string
  description?: string
  parameters: Parameter[]
  requestBody?: Json
  /** Empty: nobody is asked. */
  security?: []
  responses: Record<string, Json>
}

export interface OpenApiDocument {
  openapi: '3.1.1'
  info: Json
  servers: Json[]
  tags: Json[]
  paths: Record<string, Partial<Record<Method, Operation>>>
  /** What a request needs unless its operation says otherwise: any one of these. */
  security: Record<string, string[]>[]
  components: { schemas: Record<string, Json>; securitySchemes: Record<string, Json> }
}

const SECURITY_SCHEMES: Record<string, Json> = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key, or a token of the configured issuer' },
  apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'An API key' },
  session: { type: 'apiKey', in: 'cookie', name: 'runlens_session', description: 'Of a browser: POST /api/v1/session' },
}

/** What any request may end with where somebody is asked who they are. */
const ASKED: readonly ProblemCode[] = [
  'unauthenticated',
  'credential_invalid',
  'credential_expired',
  'credential_revoked',
  'forbidden',
  'tenant_mismatch',
  'rate_limited',
  'keys_unavailable',
]

const SCHEMAS = '#/components/schemas/'

/** The document for the given routes, in their order. */
export function openApiDocument(routes: readonly Route[]): OpenApiDocument {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Runlens query API',
      version: '1',
      description:
        'Executions of workflows, agents, jobs and queries. Times are ISO-8601 in UTC, durations carry their unit in the name, what is unknown is null.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: TAGS.filter((name) => routes.some(({ tag }) => tag === name)).map((name) => ({ name })),
    paths: pathsOf(routes),
    security: Object.keys(SECURITY_SCHEMES).map((name) => ({ [name]: [] })),
    components: { schemas: componentSchemas(), securitySchemes: SECURITY_SCHEMES },
  }
}

function pathsOf(routes: readonly Route[]): OpenApiDocument['paths'] {
  const paths: OpenApiDocument['paths'] = {}
  for (const route of routes) paths[route.path] = { ...paths[route.path], [methodOf(route)]: operation(route) }
  return paths
}

function operation(route: Route): Operation {
  return {
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    parameters: [
      ...parametersOf(route.parameters, 'path'),
      ...parametersOf(route.query, 'query'),
      ...(route.attributes ? [attributeParameter()] : []),
      ...(route.sessionToken
        ? [credentialParameter('session_token', 'Instead of a header: a key, token or session')]
        : []),
      ...(route.ticket ? [credentialParameter('ticket', 'Instead of a header: of POST /api/v1/live/tickets')] : []),
    ],
    ...(route.body
      ? { requestBody: { content: { 'application/json': { schema: reference(route.body, 'input') } } } }
      : {}),
    ...(isForAnyone(route) ? { security: [] as [] } : {}),
    responses: { ...success(route), ...problems([...route.problems, ...(isForAnyone(route) ? [] : ASKED)]) },
  }
}

function isForAnyone({ id }: Route): boolean {
  return ROUTE_POLICIES[id] === 'anyone'
}

function parametersOf(schema: z.ZodObject, place: 'path' | 'query'): Parameter[] {
  const { properties = {}, required = [] } = toJson(schema) as {
    properties?: Record<string, Json>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === 'path' || (required.includes(name) && !('default' in rest)),
    ...(typeof description === 'string' ? { description } : {}),
    schema: rest,
  }))
}

/** `attr.<key>`: OpenAPI writes parameters with free names as an object whose properties stand in the query. */
function attributeParameter(): Parameter {
  return {
    name: `${ATTRIBUTE_PREFIX}<key>`,
    in: 'query',
    required: false,
    description: 'The entry has this attribute with this value, e.g. attr.http.route=/orders; several narrow together',
    style: 'form',
    explode: true,
    schema: { type: 'object', additionalProperties: { type: 'string' } },
  }
}

function credentialParameter(name: string, description: string): Parameter {
  return { name, in: 'query', required: false, description, schema: { type: 'string' } }
}

function success({ answer, path, status = 200, contentTypes }: Route): Record<string, Json> {
  if (answer) {
    const description = status === 200 ? 'The answer' : status === 201 ? 'Created' : 'Taken, and goes on'
    return { [status]: { description, content: { 'application/json': { schema: reference(answer) } } } }
  }
  if (contentTypes) {
    return { 200: { description: 'A stream', content: Object.fromEntries(contentTypes.map((type) => [type, {}])) } }
  }
  if (path === '/') return { 302: { description: 'Elsewhere' } }
  if (path === '/metrics') return { 200: { description: 'Text', content: { 'text/plain': {} } } }
  if (path === '/docs') return { 200: { description: 'A page', content: { 'text/html': {} } } }
  return { 204: { description: 'Done' } }
}

/** One response per status, whose description names the codes. */
function problems(codes: readonly ProblemCode[]): Record<string, Json> {
  const always: ProblemCode[] = ['host_not_allowed', 'internal_error']
  const byStatus = new Map<number, string[]>()
  for (const { code, status, title } of PROBLEM_CODES) {
    if (!codes.includes(code) && !always.includes(code)) continue
    byStatus.set(status, [...(byStatus.get(status) ?? []), `${code}: ${title}`])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, lines]) => [
      status,
      { description: lines.join('. '), content: { 'application/problem+json': { schema: reference(problemSchema) } } },
    ]),
  )
}

function reference(schema: z.ZodType, io: 'input' | 'output' = 'output'): Json {
  const id = schema.meta()?.id
  return id ? { $ref: `${SCHEMAS}${id}` } : toJson(schema, io)
}

/** Every schema that has an id, as OpenAPI's components. */
function componentSchemas(): Record<string, Json> {
  const { schemas } = z.toJSONSchema(z.globalRegistry, { io: 'output', uri: (id) => `${SCHEMAS}${id}` })
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, bare(schema as Json)]))
}

function toJson(schema: z.ZodType, io: 'input' | 'output' = 'output'): Json {
  return bare(z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json)
}

function bare(schema: Json): Json {
  const { $schema: _schema, $id: _id, id: _name, ...rest } = schema
  return rest
}
