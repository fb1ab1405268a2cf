using System.Data;
using Sweep.Domain.Stopping;
using Sweep.Domain.Trials;

namespace Sweep.Tests.Stopping;

/// <summary>The rows of a sweep whose curves are made up, as a store of judgements. A trial that gets to a rung is held there.</summary>
/// <param name="curves">By trial, the scores of its epochs.</param>
/// <param name="fails">By trial, the epoch after which it fails; 0 when it does not.</param>
internal sealed class JudgedRows(IReadOnlyList<double[]> curves, IReadOnlyList<int> fails, SweepRules rules, Goal goal) : IJudgementStore
{
    private readonly Dictionary<(int Number, int Epoch), StoredJudgement> _judgements = [];
    private readonly bool[] _isHeld = new bool[curves.Count];
    private readonly bool[] _isStopped = new bool[curves.Count];

    private static readonly Dictionary<TrialId, Exception> NoRefusal = [];

    /// <summary>The numbers of the trials whose judgements are refused.</summary>
    public IReadOnlySet<int> Refuses { get; set; } = new HashSet<int>();

    /// <summary>By trial, the epochs that it has had.</summary>
    public int[] Epochs { get; } = new int[curves.Count];

    public IEnumerable<StoredJudgement> Judgements => _judgements.Values;

    /// <summary>The numbers of the trials that can have an epoch.</summary>
    public IReadOnlyList<int> Ready => [.. Enumerable.Range(1, curves.Count).Where(number => !IsOver(number) && !_isHeld[number - 1])];

    public IReadOnlyList<int> Held => [.. Enumerable.Range(1, curves.Count).Where(number => _isHeld[number - 1])];

    /// <summary>Has a trial train an epoch; a rule that looks at it alone judges at once, and for the others it is held.</summary>
    public void Train(int number)
    {
        var epoch = ++Epochs[number - 1];
        if (IsOver(number))
            return;
        if (rules.Alone?.Rungs(rules.Point(number), curves[number - 1].Length).Contains(epoch) == true
            && rules.Alone.Judge(number, curves[number - 1][..epoch], []) is { Verdict: RungVerdict.Stop } stop)
        {
            var trial = new TrialId(1, number);
            _judgements[(number, epoch)] = StoredJudgement.Of(trial, stop, curves[number - 1][..epoch], goal);
            _isStopped[number - 1] = true;
        }
        else
        {
            _isHeld[number - 1] = rules.IsComparedAt(number, epoch);
        }
    }

    public Task<IReadOnlyList<(RungEntry Entry, bool IsFinal)>> EntriesAsync(
        int sweep, IReadOnlyList<int> numbers, int epoch, CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyList<(RungEntry, bool)>>([.. numbers.Where(number => number <= curves.Count).Select(number =>
        {
            var before = _judgements.Values.Where(row => row.Trial.Number == number && row.Stops && row.Epoch < epoch)
                .Select(row => row.Epoch).DefaultIfEmpty(0).Min();
            double? best = before == 0 && Epochs[number - 1] >= epoch ? curves[number - 1][..epoch].Min() : null;
            var entry = new RungEntry(number, best, IsOver(number), before > 0 ? curves[number - 1][..before].Min() : null);
            return (entry, best is not null || before > 0);
        })]);

    public Task<IReadOnlyList<HeldTrial>> HeldAsync(int sweep, CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyList<HeldTrial>>(
            [.. Held.Select(number => new HeldTrial(new(sweep, number), Attempt: 1, Epochs[number - 1]))]);

    public Task<WrittenRows<TrialId>> ReleaseAsync(IReadOnlyList<HeldRelease> released, CancellationToken cancellation = default)
    {
        foreach (var (held, judgement, _) in released)
            (_isHeld[held.Trial.Number - 1], _isStopped[held.Trial.Number - 1]) = (false, judgement is { Stops: true });
        return Task.FromResult(new WrittenRows<TrialId>([.. released.Select(item => item.Held.Trial)], NoRefusal));
    }

    public Task<WrittenRows<StoredJudgement>> AddAllAsync(
        IReadOnlyList<StoredJudgement> judgements, CancellationToken cancellation = default)
    {
        var stored = judgements.Where(judgement => !Refuses.Contains(judgement.Trial.Number)).ToList();
        foreach (var judgement in stored)
            _judgements.TryAdd((judgement.Trial.Number, judgement.Epoch), judgement);
        return Task.FromResult(new WrittenRows<StoredJudgement>(
            [.. stored.Select(judgement => _judgements[(judgement.Trial.Number, judgement.Epoch)])],
            judgements.Except(stored).ToDictionary(judgement => judgement.Trial, _ => (Exception)new DataException("refused"))));
    }

    public async Task<StoredJudgement> AddAsync(StoredJudgement judgement, CancellationToken cancellation = default) =>
        (await AddAllAsync([judgement], cancellation)).Stored[0];

    public Task<IReadOnlyList<StoredJudgement>> FindAsync(
        IReadOnlyList<(TrialId Trial, int Epoch)> wanted, CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyList<StoredJudgement>>(
            [.. wanted.Select(item => _judgements.GetValueOrDefault((item.Trial.Number, item.Epoch))).OfType<StoredJudgement>()]);

    public Task<IReadOnlyList<double>> ScoresAsync(TrialId trial, int epoch, CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyList<double>>(curves[trial.Number - 1][..epoch]);

    private bool IsOver(int number) => _isStopped[number - 1] || Epochs[number - 1] == curves[number - 1].Length
        || (fails[number - 1] > 0 && Epochs[number - 1] >= fails[number - 1]);
}
