-- CreateIndex
CREATE INDEX "JobRun_scheduleId_status_id_durationMs_idx" ON "JobRun"("scheduleId", "status", "id", "durationMs");

-- DropIndex
DROP INDEX "JobRun_scheduleId_status_id_idx";
