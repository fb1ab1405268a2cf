using Sweep.Client.Programs;
using Sweep.Domain.Programs;
using Sweep.Tests.Client;
using Sweep.Tests.SweepFiles;

namespace Sweep.Tests.Docs;

/// <summary>Checks that README.md is short and answers the first questions of a newcomer.</summary>
public sealed class ReadmeTests
{
    private const int MaxWords = 1_500;
    private static readonly Document Readme = new("README.md");

    [Fact]
    public void The_readme_has_no_more_words_than_can_be_read_in_five_minutes() =>
        Assert.InRange(Readme.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length, 1, MaxWords);

    [Fact]
    public void The_readme_links_to_every_other_document() => Assert.All(
        Document.All.Where(document => document.Path != Readme.Path),
        document => Assert.Contains($"]({document.Path}", Readme.Text, StringComparison.Ordinal));

    [Fact]
    public async Task The_file_of_a_program_reads_what_a_script_of_a_stranger_prints()
    {
        using var folder = new SweepFileFolder();
        folder.Write("train.py", "");
        var yaml = Assert.Single(Readme.Blocks("yaml", Readme.Text), block => block.Contains("program:", StringComparison.Ordinal));
        var file = folder.Write("mine.yaml", yaml);
        var (code, output, error) = await Samples.RunAsync("plan", file);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains(
            "\n20 trials (the first 8 are shown; those after trial 8 are proposed from outcomes), 400 epochs at the most.",
            output,
            StringComparison.Ordinal);
        var sweep = (await ProgramSweep.LoadAsync(file, [], TestContext.Current.CancellationToken))!;
        var report = Assert.Single(new CapturedLines(sweep.Spec.Program!.Capture!).Read("epoch 3 train_loss=2.1 val_loss=1.93", false));
        Assert.Equal((3, 1.93), (report.Epoch, report.Metrics["val_loss"]));
    }

    [Theory]
    [InlineData("lease expire")]
    [InlineData("epoch stored")]
    [InlineData("stopping rule")]
    public void The_readme_names_the_classes_that_a_newcomer_looks_for(string question)
    {
        var answer = Assert.Single(Readme.Rows("## Where is what"), row => row[0].Contains(question, StringComparison.Ordinal))[1];
        Assert.NotEmpty(CodeNames.In(answer));
        Assert.All(CodeNames.In(answer), CodeNames.Require);
    }
}
