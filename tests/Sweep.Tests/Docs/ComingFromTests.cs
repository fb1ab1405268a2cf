using System.Diagnostics;
using Sweep.Client.Programs;
using Sweep.Domain.Search;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Docs;

/// <summary>Checks that the code of docs/coming-from.md can be read: our file by Sweep, the programs by Python.</summary>
public sealed class ComingFromTests
{
    private static readonly Document Page = new("docs/coming-from.md");

    [Fact]
    public async Task Our_file_is_a_sweep_of_40_trials()
    {
        using var folder = new SweepFileFolder();
        folder.Write("train.py", "");
        var file = folder.Write("mine.yaml", Assert.Single(Page.Blocks("yaml", Page.Section("## Here"))));
        var sweep = (await ProgramSweep.LoadAsync(file, [], TestContext.Current.CancellationToken))!;
        Assert.Equal((40, MethodKind.Tpe), (sweep.Count, sweep.Spec.Method.Kind));
        Assert.Equal(["learning_rate", "hidden_size"], sweep.Names);
    }

    [Fact]
    public async Task Every_program_in_Python_can_be_compiled()
    {
        var blocks = Page.Blocks("python", Page.Text).ToList();
        Assert.Equal(5, blocks.Count);
        foreach (var block in blocks)
        {
            var start = new ProcessStartInfo("python3", ["-c", "import sys; compile(sys.argv[1], 'page', 'exec')", block])
            {
                RedirectStandardError = true,
            };
            using var python = Process.Start(start)!;
            var error = await python.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await python.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(python.ExitCode == 0, error + block);
        }
    }
}
