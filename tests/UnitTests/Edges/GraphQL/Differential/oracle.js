// The reference implementation behind a line protocol: one JSON request a line in, one JSON answer a line out.
// Arguments: the SDL, and the facts of the contracts (names, unions, joins) that a person wrote down, not the gateway.
const fs = require('fs');
const readline = require('readline');
const {
  buildSchema, execute, isEnumType, isInputObjectType, isListType, isNonNullType, isObjectType, isScalarType, isUnionType, getNullableType, getNamedType, parse, validate,
  valueFromASTUntyped, Kind,
} = require('graphql');

const schema = buildSchema(fs.readFileSync(process.argv[2], 'utf8'));
const facts = JSON.parse(fs.readFileSync(process.argv[3], 'utf8'));
const toJsonEnum = Object.fromEntries(Object.entries(facts.enums).map(([json, graph]) => [graph, json]));

const isObject = value => typeof value === 'object' && value !== null && !Array.isArray(value);
const own = (object, name) => (isObject(object) && Object.hasOwn(object, name) ? object[name] : undefined);
const no = type => { throw new Error('no ' + type); };

// Result coercion: what of a backend's JSON each scalar takes. The gateway takes less than the reference implementation, which makes 1 of true.
const integer = (value, low, high) => /^-?[0-9]+$/.test(String(value)) && BigInt(value) >= low && BigInt(value) <= high;
const wide = { Int64: [-(2n ** 63n), 2n ** 63n - 1n], UInt64: [0n, 2n ** 64n - 1n] };
const texts = ['DateTime', 'Duration', 'Bytes'];
function serialize(name, value) {
  switch (name) {
    case 'JSON': return value;
    case 'Boolean': return typeof value === 'boolean' ? value : no(name);
    case 'Int': return typeof value === 'number' && integer(value, -(2n ** 31n), 2n ** 31n - 1n) ? value : no(name);
    case 'UInt32': return typeof value === 'number' && integer(value, 0n, 2n ** 32n - 1n) ? value : no(name);
    case 'Float': return typeof value === 'number' ? value : no(name);
    case 'Int64': case 'UInt64': return (typeof value === 'number' || typeof value === 'string') && integer(value, ...wide[name]) ? String(value) : no(name);
    case 'String': return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : no(name);
    default: return typeof value === 'string' ? value : no(name);
  }
}

// Input coercion of the scalars that the specification leaves to us; its own keep the reference implementation's.
function parseValue(name, value) {
  if (name === 'JSON') return value;
  if (name in wide) return ['number', 'string'].includes(typeof value) && integer(value, ...wide[name]) ? String(value) : no(name);
  if (name === 'UInt32') return typeof value === 'number' && integer(value, 0n, 2n ** 32n - 1n) ? value : no(name);
  return texts.includes(name) && typeof value === 'string' ? value : no(name);
}

function parseLiteral(name, node, variables) {
  if (name === 'JSON') return valueFromASTUntyped(node, variables);
  if (node.kind === Kind.INT) return name in wide ? parseValue(name, node.value) : parseValue(name, Number(node.value));
  return node.kind === Kind.STRING ? parseValue(name, node.value) : no(name);
}

const isEntry = type => isObjectType(type) && type.name.endsWith('Entry') && Object.keys(type.getFields()).join() === 'key,value';
const isInputEntry = type => isInputObjectType(type) && type.name.endsWith('EntryInput') && Object.keys(type.getFields()).join() === 'key,value';

// The JSON of maps as lists of entries.
function shape(value, type) {
  type = getNullableType(type);
  if (value === null || value === undefined || !isListType(type)) return value;
  const entry = getNullableType(type.ofType);
  if (!isEntry(entry)) return Array.isArray(value) ? value.map(item => shape(item, type.ofType)) : value;
  if (!isObject(value)) return 0;
  const { key, value: inner } = entry.getFields();
  const keyType = getNamedType(key.type).name;
  return Object.entries(value).map(([name, item]) => ({ key: keyType === 'Boolean' ? name === 'true' : ['Int', 'UInt32'].includes(keyType) ? Number(name) : name, value: shape(item, inner.type) }));
}

// What protobuf's JSON leaves out.
function missing(type) {
  if (!isNonNullType(type)) return null;
  type = type.ofType;
  if (isListType(type)) return [];
  if (isEnumType(type)) return type.getValues()[0].name;
  return { String: '', Bytes: '', Boolean: false, Int64: '0', UInt64: '0' }[type.name] ?? 0;
}

function answer(data, operation) {
  if (data[operation] === null) throw new Error(operation + ' fails');
  return data[operation].json;
}

function property(parent, typeName, name, type) {
  const value = own(parent, facts.names[`${typeName}.${name}`] ?? name);
  if (facts.presence.includes(name)) return value === null || value === undefined ? null : true;
  if ((value === undefined || value === null) && facts.proto.includes(typeName)) return missing(type);
  return shape(value, type);
}

const isKey = value => value !== null && value !== undefined && typeof value !== 'object';

function join(rule, parent, parentName, data) {
  let key = parent;
  for (const step of rule.parent) key = own(key, step);
  // The last member of a protobuf message has a default, if the message is there.
  if (key === undefined && facts.proto.includes(parentName) && (rule.parent.length === 1 || isObject(own(parent, rule.parent[0])))) key = '';
  if (!isKey(key)) return null;
  if (rule.path && key === '') throw new Error('no path');
  let found = answer(data, rule.operation);
  for (const step of rule.result) found = own(found, step);
  if (!rule.key) return found;
  const all = (Array.isArray(found) ? found : []).filter(entity => isKey(own(entity, rule.key) ?? (rule.proto ? '' : null)) && String(own(entity, rule.key) ?? '') === String(key));
  return rule.many ? all : all[0];
}

function resolve(type, field, parent, args, context) {
  const name = `${type.name}.${field.name}`;
  if (facts.roots[name]) {
    const { operation, http } = facts.roots[name];
    const input = {};
    members(field.args, args, input, http);
    if (input.sku === '') throw new Error('no path');
    context.calls.push({ operation, input });
    return facts.empty.includes(operation) ? (answer(context.data, operation), true) : shape(answer(context.data, operation), field.type);
  }

  if (facts.joins[name]) return join(facts.joins[name], parent, type.name, context.data);
  if (facts.self[name]) return facts.self[name].some(arm => own(parent, arm) !== undefined && own(parent, arm) !== null) ? parent : null;
  return property(parent, type.name, field.name, field.type);
}

// Arguments as the contract's JSON.
function members(fields, values, into, http) {
  for (const field of fields) {
    const value = values[field.name];
    if (value === undefined) continue;
    const type = getNullableType(field.type);
    if (isInputObjectType(type) && (type.isOneOf || (field.name === 'input' && !http))) members(Object.values(type.getFields()), value ?? {}, into, http);
    // An empty message is there, or it is not.
    else if (facts.presence.includes(field.name)) into[field.name] = value ? {} : null;
    else into[facts.inputs[field.name] ?? field.name] = input(value, type);
  }
}

function input(value, type) {
  type = getNullableType(type);
  if (value === null || value === undefined) return null;
  if (isListType(type) && isInputEntry(getNullableType(type.ofType)))
    return Object.fromEntries(value.map(entry => [entry.key, input(entry.value, getNullableType(type.ofType).getFields().value.type)]));
  if (isListType(type)) return value.map(item => input(item, type.ofType));
  if (isEnumType(type)) return toJsonEnum[value] ?? value;
  if (!isInputObjectType(type)) return value;
  const object = {};
  members(Object.values(type.getFields()), value, object, true);
  return object;
}

for (const type of Object.values(schema.getTypeMap())) {
  if (type.name.startsWith('__')) continue;
  if (isScalarType(type)) {
    type.serialize = value => serialize(type.name, value);
    if (type.astNode) {
      type.parseValue = value => parseValue(type.name, value);
      type.parseLiteral = (node, variables) => parseLiteral(type.name, node, variables);
    }
  } else if (isEnumType(type)) {
    const names = type.getValues().map(value => value.name);
    type.serialize = value => { const name = typeof value === 'string' ? facts.enums[value] ?? value : ''; return names.includes(name) ? name : no(type.name); };
  } else if (isUnionType(type)) {
    const rule = facts.unions[type.name];
    type.resolveType = value => rule.by ? rule.values[own(value, rule.by)] : rule.required.find(([, names]) => names.every(name => own(value, name) !== undefined && own(value, name) !== null))?.[0];
  } else if (isObjectType(type)) {
    const isRoot = ['Query', 'Mutation', 'Subscription'].includes(type.name);
    if (!isRoot) type.isTypeOf = isObject;
    for (const field of Object.values(type.getFields())) field.resolve = (parent, args, context) => resolve(type, field, parent, args, context);
  }
}

function handle({ query, variables, operationName, data, only }) {
  let document;
  try {
    document = parse(query, { maxTokens: 1e6 });
  } catch (error) {
    return { syntax: error.message };
  }

  const invalid = validate(schema, document);
  if (invalid.length > 0 || only) return { invalid: invalid.map(error => error.message) };
  const calls = [];
  const result = execute({ schema, document, variableValues: variables, operationName, contextValue: { data, calls } });
  return { hasData: 'data' in result, data: result.data, paths: result.errors?.map(error => error.path ?? null), messages: result.errors?.map(error => error.message), calls };
}

readline.createInterface({ input: process.stdin }).on('line', line => {
  let result;
  try {
    result = handle(JSON.parse(line));
  } catch (error) {
    result = { crash: error.stack };
  }

  process.stdout.write(JSON.stringify(result) + '\n');
});
