// What dashboards ask beside objects and schemas.
import { del, get, post, put } from '../request.mjs';

const master = { keys: 'master' };

export default [
  get('functions hooked', '/hooks/functions', master),
  get('triggers hooked', '/hooks/triggers', master),
  get('functions hooked, client', '/hooks/functions'),
  get('one function', '/hooks/functions/none', master),
  get('one trigger', '/hooks/triggers/Note/beforeSave', master),
  post('hook a function', '/hooks/functions', { functionName: 'f', url: 'http://127.0.0.1:9/' }),
  get('jobs', '/cloud_code/jobs', master),
  get('jobs, client', '/cloud_code/jobs'),
  get('jobs in use', '/cloud_code/jobs/data', master),
  post('schedule a job', '/cloud_code/jobs', { job_schedule: { jobName: 'none' } }, master),
  put('change a schedule', '/cloud_code/jobs/none', { job_schedule: { jobName: 'none' } }, master),
  del('remove a schedule', '/cloud_code/jobs/none', master),
  post('run a job', '/jobs/none', {}, master),
  post('run a job, client', '/jobs/none', {}),
  get('logs, client', '/scriptlog'),
  get('audiences', '/push_audiences', master),
  get('audiences, client', '/push_audiences'),
  get('one audience', '/push_audiences/none', master),
  get('graphql settings', '/graphql-config', master),
  get('graphql settings, client', '/graphql-config'),
  get('aggregate, client', '/aggregate/Note'),
  get('security, client', '/security'),
  get('security is off', '/security', master),
  get('server information, client', '/serverInfo'),
  post('push', '/push', { where: {}, data: { alert: 'a' } }, master),
  del('purge', '/purge/DashNotThere', master),
  del('purge, client', '/purge/DashNotThere'),
  del('purge a bad name', '/purge/a-b', master),
];
