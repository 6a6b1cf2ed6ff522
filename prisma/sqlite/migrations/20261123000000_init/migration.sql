-- CreateTable
CREATE TABLE "Job" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "jobGroup" TEXT,
    "description" TEXT,
    "configName" TEXT NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,
    "definitionHash" TEXT NOT NULL,
    "orphaned" BOOLEAN NOT NULL DEFAULT false,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- CreateTable
CREATE TABLE "JobSchedule" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "description" TEXT,
    "cron" TEXT NOT NULL,
    "timezone" TEXT NOT NULL DEFAULT 'UTC',
    "executionMode" TEXT NOT NULL DEFAULT 'ALL_JOBS',
    "jobGroup" TEXT,
    "jobNames" JSONB,
    "params" JSONB,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "pausedReason" TEXT,
    "pausedUntil" DATETIME,
    "priority" INTEGER NOT NULL DEFAULT 0,
    "catchUp" TEXT NOT NULL DEFAULT 'latest',
    "catchUpWindowMs" BIGINT,
    "catchUpLimit" INTEGER NOT NULL DEFAULT 100,
    "overlap" TEXT NOT NULL DEFAULT 'wait',
    "jitterMs" BIGINT NOT NULL DEFAULT 0,
    "startsAt" DATETIME,
    "endsAt" DATETIME,
    "environments" JSONB,
    "jobConcurrency" INTEGER NOT NULL DEFAULT 1,
    "pauseAfterFailures" INTEGER,
    "firstRun" TEXT NOT NULL DEFAULT 'next',
    "nextRunAt" DATETIME,
    "lastSlotAt" DATETIME,
    "lastRunAt" DATETIME,
    "lastFinishedSlotAt" DATETIME,
    "lastStatus" TEXT,
    "lastError" TEXT,
    "consecutiveFailures" INTEGER NOT NULL DEFAULT 0,
    "source" TEXT NOT NULL DEFAULT 'CODE',
    "configName" TEXT,
    "definitionHash" TEXT NOT NULL DEFAULT '',
    "orphaned" BOOLEAN NOT NULL DEFAULT false,
    "historyFrom" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- CreateTable
CREATE TABLE "JobRun" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "scheduleId" TEXT NOT NULL,
    "jobName" TEXT NOT NULL,
    "trigger" TEXT NOT NULL DEFAULT 'CRON',
    "status" TEXT NOT NULL DEFAULT 'PENDING',
    "reason" TEXT,
    "scheduledFor" DATETIME,
    "firstSlot" DATETIME,
    "slotCount" INTEGER NOT NULL DEFAULT 1,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "maxAttempts" INTEGER NOT NULL DEFAULT 1,
    "crashes" INTEGER NOT NULL DEFAULT 0,
    "availableAt" DATETIME,
    "priority" INTEGER NOT NULL DEFAULT 0,
    "passId" INTEGER,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" DATETIME,
    "finishedAt" DATETIME,
    "durationMs" BIGINT,
    "progress" JSONB,
    "output" JSONB,
    "error" TEXT,
    "log" TEXT,
    "params" JSONB,
    "requestedBy" TEXT,
    "cancelRequestedAt" DATETIME,
    "attempts" JSONB
);

-- CreateTable
CREATE TABLE "RunnerPass" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "kind" TEXT NOT NULL DEFAULT 'PASS',
    "host" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "version" TEXT NOT NULL,
    "configName" TEXT,
    "startedAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" DATETIME,
    "leaseUntil" DATETIME,
    "status" TEXT NOT NULL DEFAULT 'RUNNING',
    "due" INTEGER NOT NULL DEFAULT 0,
    "executed" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "skipped" INTEGER NOT NULL DEFAULT 0,
    "deferred" INTEGER NOT NULL DEFAULT 0,
    "exitCode" INTEGER
);

-- CreateTable
CREATE TABLE "AuditEvent" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "scheduleId" TEXT,
    "runId" TEXT,
    "detail" JSONB
);

-- CreateTable
CREATE TABLE "RunnerSetting" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "value" JSONB,
    "updatedAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- CreateIndex
CREATE INDEX "Job_configName_idx" ON "Job"("configName");

-- CreateIndex
CREATE INDEX "JobSchedule_enabled_nextRunAt_id_idx" ON "JobSchedule"("enabled", "nextRunAt", "id");

-- CreateIndex
CREATE INDEX "JobSchedule_enabled_pausedUntil_idx" ON "JobSchedule"("enabled", "pausedUntil");

-- CreateIndex
CREATE INDEX "JobSchedule_configName_idx" ON "JobSchedule"("configName");

-- CreateIndex
CREATE UNIQUE INDEX "JobRun_scheduleId_jobName_scheduledFor_key" ON "JobRun"("scheduleId", "jobName", "scheduledFor");

-- CreateIndex
CREATE INDEX "JobRun_status_availableAt_id_idx" ON "JobRun"("status", "availableAt", "id");

-- CreateIndex
CREATE INDEX "JobRun_scheduleId_status_id_idx" ON "JobRun"("scheduleId", "status", "id");

-- CreateIndex
CREATE INDEX "RunnerPass_status_leaseUntil_idx" ON "RunnerPass"("status", "leaseUntil");

-- CreateIndex
CREATE INDEX "RunnerPass_startedAt_idx" ON "RunnerPass"("startedAt");

-- CreateIndex
CREATE INDEX "AuditEvent_scheduleId_id_idx" ON "AuditEvent"("scheduleId", "id");

-- CreateIndex
CREATE INDEX "AuditEvent_at_idx" ON "AuditEvent"("at");
