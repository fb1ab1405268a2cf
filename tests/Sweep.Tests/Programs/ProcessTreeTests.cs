using System.Diagnostics;
using Sweep.Runner.Processes;

namespace Sweep.Tests.Programs;

public sealed class ProcessTreeTests
{
    [Fact]
    public async Task Descendants_are_found_and_those_of_a_process_that_is_left_out_are_not()
    {
        using var root = Process.Start(new ProcessStartInfo("sh", ["-c", "(sleep 97532 & sleep 97532; true) & sleep 97533 & wait"]))!;
        try
        {
            await Sleepers.AwaitAsync(3, "97532", "97533");
            var all = ProcessTree.Of(root.Id, except: 0);
            Assert.Equal(4, all.Count);
            var inner = all.Select(entry => entry.Parent).Distinct().Single(parent => parent != root.Id);
            var left = Assert.Single(ProcessTree.Of(root.Id, except: inner));
            Assert.Equal(root.Id, left.Parent);
        }
        finally
        {
            root.Kill(entireProcessTree: true);
        }
    }
}
