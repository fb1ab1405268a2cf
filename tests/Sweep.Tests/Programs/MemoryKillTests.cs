using Sweep.Domain.Protocol;
using Sweep.Domain.Trials;
using Sweep.Processes;
using Sweep.Runner.Processes;

namespace Sweep.Tests.Programs;

/// <summary>Programs that the real system kills for their memory, in a real control group.</summary>
public sealed class MemoryKillTests
{
    [Fact]
    public async Task A_kill_for_memory_has_a_reason_of_its_own_and_every_other_kill_is_told_apart()
    {
        var (made, complaint) = MemoryGroup.Make(bytes: 192 << 20);
        Assert.SkipWhen(made is null, complaint);
        using var group = made;
        await using var runner = new RunnerConversation();
        // All that the runner starts is in its group.
        group.Add(runner.Id);
        await KilledAsync("kill -9 $$", FailureReason.ProgramFailed, "exit code 137, which is signal 9");
        // It reads a line that never ends, and keeps it in memory.
        await KilledAsync("exec tail /dev/zero", FailureReason.OutOfMemory, "its control group's memory was used up (exit code 137)");
        // A shell says 137 of what it has waited for.
        await KilledAsync("tail /dev/zero; exit $?", FailureReason.OutOfMemory, "its control group's memory was used up");
        // The kills of those before do not count.
        await KilledAsync("kill -9 $$", FailureReason.ProgramFailed, "exit code 137, which is signal 9");
        await KilledAsync("tail /dev/zero; exit 3", FailureReason.ProgramFailed, "exit code 3");

        async Task KilledAsync(string script, FailureReason reason, string expected)
        {
            var (last, _, _) = await runner.RunAsync($"echo '{{\"val_loss\": 1}}'; {script}");
            Assert.True(
                last is TrainerEvent.Failed failed && failed.Reason == reason
                    && failed.Message.Contains(expected, StringComparison.Ordinal),
                $"{script}: {last}");
        }
    }

    [Theory]
    // Where other hierarchies stand first, the process is in the root of each.
    [InlineData("9:name=systemd:/|8:pids:/|4:memory:/a/b|0::/", "/sys/fs/cgroup/memory/a/b/memory.oom_control")]
    [InlineData("3:cpu,memory:/", "/sys/fs/cgroup/memory/memory.oom_control")]
    [InlineData("0::/user.slice/a:b.scope", "/sys/fs/cgroup/user.slice/a:b.scope/memory.events")]
    [InlineData("0::/", "/sys/fs/cgroup/memory.events")]
    [InlineData("", "/sys/fs/cgroup/memory.events")]
    public void The_count_is_that_of_the_group_in_the_hierarchy_of_memory(string groups, string expected) =>
        Assert.Equal(expected, MemoryKills.FilesOf(groups.Split('|'))[0]);
}
