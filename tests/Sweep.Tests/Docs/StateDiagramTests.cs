using Sweep.Domain.Protocol;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Grains;
using Sweep.Silo.Worker;
using Sweep.Tests.Worker;

namespace Sweep.Tests.Docs;

/// <summary>
/// Checks that the diagrams of docs/architecture.md agree with the tables of legal moves, and the diagram of an attempt with
/// <see cref="AttemptRun"/>.
/// </summary>
public sealed class StateDiagramTests
{
    private const string Outside = "[*]";
    private static readonly Document Architecture = new("docs/architecture.md");

    [Fact]
    public void The_diagram_of_a_sweep_has_the_moves_of_its_table() => Assert.Equal(
        Table<SweepState, SweepMove>((state, move) => state.After(move)).Order(), Drawn("### Of a sweep").Where(IsMove).Order());

    [Fact]
    public void The_diagram_of_a_trial_has_the_moves_of_its_table() => Assert.Equal(
        Table<TrialState, TrialMove>((state, move) => state.After(move)).Order(), Drawn("### Of a trial").Where(IsMove).Order());

    [Theory]
    [InlineData("### Of a sweep", nameof(SweepState.Running))]
    [InlineData("### Of a trial", nameof(TrialState.Queued))]
    [InlineData("### Of an attempt", "Running")]
    public void A_diagram_begins_in_one_state_and_ends_where_no_move_leads_on(string heading, string first)
    {
        var edges = Drawn(heading);
        Assert.Equal(first, Assert.Single(edges, edge => edge.From == Outside).To);
        Assert.All(edges.Where(edge => edge.To == Outside), end => Assert.Single(edges, edge => edge.From == end.From));
    }

    [Fact]
    public void The_diagram_of_an_attempt_has_every_call_to_its_trial_and_every_cause_to_stop()
    {
        var edges = Drawn("### Of an attempt");
        // Report is called during the attempt and changes no state.
        var calls = typeof(ITrialGrain).GetMethods().Select(call => call.Name).Where(call => call != nameof(ITrialGrain.Report));
        Assert.Equal(calls.Order(), edges.Select(edge => edge.Label).Where(label => label.Length > 0).Distinct().Order());
        Assert.Equal(
            Enum.GetValues<StopCause>().Where(cause => cause != StopCause.None).Select(cause => cause.ToString()).Order(),
            edges.Where(edge => edge is { From: "Running", Label: "" }).Select(edge => edge.To).Order());
    }

    /// <summary>
    /// A stale attempt is not tested: its last call depends on what the attempt waits for, and its trial refuses every call.
    /// </summary>
    [Theory]
    [InlineData(nameof(StopCause.Pause))]
    [InlineData(nameof(StopCause.Cancel))]
    [InlineData(nameof(StopCause.Behind))]
    [InlineData(nameof(StopCause.Refused))]
    [InlineData(nameof(StopCause.Judged))]
    [InlineData(nameof(StopCause.Held))]
    public async Task A_stopped_attempt_makes_the_call_of_the_diagram(string cause)
    {
        var trainer = new ScriptedTrainer();
        await using var stage = new AttemptStage(new ScriptedTrainers(trainer), judgement: cause switch
        {
            nameof(StopCause.Judged) => Domain.Stopping.RungVerdict.Stop,
            nameof(StopCause.Held) => Domain.Stopping.RungVerdict.Wait,
            _ => null,
        });
        await stage.StartAsync();
        await trainer.ReceivedAsync<TrainerCommand.Train>();
        if (cause == nameof(StopCause.Refused))
        {
            stage.Store.Wrong = _ => ScriptedStore.Error("42501");
            trainer.Emit(Events.Epoch(1));
        }
        else if (cause is nameof(StopCause.Judged) or nameof(StopCause.Held))
        {
            trainer.Emit(Events.Epoch(1));
        }
        else
        {
            stage.Stop(Enum.Parse<StopCause>(cause));
        }

        await trainer.ReceivedAsync<TrainerCommand.Stop>();
        trainer.Emit(new TrainerEvent.Stopped());
        var call = (await stage.EndAsync()).Split(' ')[0];
        Assert.Equal(call, Assert.Single(Drawn("### Of an attempt"), edge => edge.From == cause).Label);
    }

    private static IReadOnlyList<(string From, string To, string Label)> Drawn(string heading) =>
        Mermaid.StateEdges(Assert.Single(Architecture.Blocks("mermaid", Architecture.Section(heading))));

    private static bool IsMove((string From, string To, string Label) edge) => edge.From != Outside && edge.To != Outside;

    private static IEnumerable<(string From, string To, string Label)> Table<TState, TMove>(Func<TState, TMove, TState> after)
        where TState : struct, Enum
        where TMove : struct, Enum
    {
        foreach (var state in Enum.GetValues<TState>())
        {
            foreach (var move in Enum.GetValues<TMove>())
            {
                TState next;
                try
                {
                    next = after(state, move);
                }
                catch (IllegalMoveException)
                {
                    continue;
                }

                yield return (state.ToString(), next.ToString(), move.ToString());
            }
        }
    }
}
